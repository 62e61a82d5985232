import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOtlpHttp } from '../../support/collector.ts'
import { runProbes, spansByProbe } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, type MastraSet, programs } from './matrix.ts'
import { scripts } from './scripts.ts'
import { linesOf } from './trees.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(scripts)
})
afterAll(() => provider.stop())

/** What is said in the probes, by users, models, tools and errors. */
const SAID = [
  'How is the weather',
  'Be brief',
  'Paris',
  'sunny',
  'no such city',
  'Invalid value',
  'Supported',
]

test.each(['mastra-0.24', 'mastra-1.0', 'mastra'] as const)(
  'no content leaves of %s while it is not captured, and its spans arrive',
  async (set: MastraSet) => {
    await using collector = await startOtlpHttp()
    await using app = await fixtureApp(fixture(set), programs)
    const run = { app, provider, library: './library.mjs', node: 22, modules: 'esm' } as const
    const only = ['tool', 'tool-fails', 'error', 'stream-tool', 'workflow', 'workflow-fails']
    await runProbes({ ...run, only, init: { captureContent: false } }, collector)
    const sent = Buffer.concat(collector.requests.map(({ body }) => Buffer.from(body)))
    for (const words of SAID) expect([words, sent.includes(words)]).toEqual([words, false])
    expect(linesOf(spansByProbe(collector.spans()).get('tool') ?? [])).toEqual(
      expect.arrayContaining(['agent:assistant AGENT 40/20/0', '      chat gpt-4o CHAT_MODEL 20/10/0']),
    )
  },
)

test('an agent outside of a Mastra, which traces nothing, is said', async () => {
  await using collector = await startOtlpHttp()
  await using app = await fixtureApp(fixture('mastra'), programs)
  const run = { app, provider, library: './library.mjs', node: 22, modules: 'esm' } as const
  const { stderr } = await runProbes({ ...run, only: ['without-mastra'] }, collector)
  expect(stderr).toContain('TS_CALL_NOT_TRACED')
  expect(stderr).toContain('turnspan/mastra')
})
