import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { runNode } from '../../support/child.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, programs } from './matrix.ts'

interface Seen {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId?: string
}

let provider: Provider
let app: BuiltApp
beforeAll(async () => {
  provider = await startProvider()
  app = await fixtureApp(fixture('anthropic-1'), programs)
})
afterAll(async () => {
  await app.remove()
  await provider.stop()
})

describe.each(['before', 'after'] as const)('turnspan %s the client is loaded', (when) => {
  test.each([
    ['without a provider of the application', false],
    ['with one', true],
  ])('%s, each call and each tool has one span, and what is below stays below', async (_what, registered) => {
    const { spans, seen } = await run({ when, registered })
    expect(treeOf(spans)).toEqual([
      'turn UNKNOWN OK',
      '  toolRunner CHAIN OK',
      '    chat claude-opus-5-5 CHAT_MODEL OK',
      '      POST UNKNOWN UNSET',
      '    get_weather TOOL OK',
      '      lookup UNKNOWN UNSET',
      '    chat claude-opus-5-5 CHAT_MODEL OK',
      '      POST UNKNOWN UNSET',
      '  count_tokens TASK OK',
      '    POST UNKNOWN UNSET',
      // What no integration traces comes through as the client has it.
      '  anthropic.models.retrieve UNKNOWN OK',
      '    POST UNKNOWN UNSET',
    ])
    const tokens = spans.filter(({ attributes }) => attributes['gen_ai.usage.input_tokens'] !== undefined)
    expect(tokens.map(({ name }) => name)).toEqual(['chat claude-opus-5-5', 'chat claude-opus-5-5'])
    expect(seen.length > 0).toBe(registered)
  })
})

test("the application's own spans are as they would be without turnspan, with turnspan's beside them", async () => {
  const { seen } = await run({ when: 'before', registered: true })
  const native = seen.map(({ name }) => name).filter((name) => name.startsWith('anthropic.'))
  expect(native.toSorted()).toEqual([
    'anthropic.custom_tool_use get_weather',
    'anthropic.messages.count_tokens',
    'anthropic.messages.create',
    'anthropic.messages.create',
    'anthropic.messages.tool_runner',
    'anthropic.models.retrieve',
  ])
  const nameOf = (id: string | undefined): string | undefined =>
    seen.find(({ spanId }) => spanId === id)?.name
  const above = seen.filter(({ name }) => name === 'POST').map((span) => nameOf(span.parentSpanId))
  expect(above.toSorted()).toEqual([
    'anthropic.messages.count_tokens',
    'anthropic.messages.create',
    'anthropic.messages.create',
    'anthropic.models.retrieve',
  ])
})

let runs = 0

async function run(settings: {
  readonly when: 'before' | 'after'
  readonly registered: boolean
}): Promise<{ spans: readonly DecodedSpan[]; seen: readonly Seen[] }> {
  await using collector = await startOtlpHttp()
  const baseURL = provider.address('tool', `native${runs++}`)
  const endpoint = `${collector.url}/v1/traces`
  const ended = await runNode(app.program('native.mjs'), {
    cwd: app.dir,
    env: { SETTINGS: JSON.stringify({ ...settings, baseURL, endpoint }) },
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const { said, seen } = JSON.parse(ended.stdout) as { said: string; seen: Seen[] }
  expect(said).toBe('It is sunny in Paris, 21 degrees.')
  const spans = collector.spans()
  const inOrder = spans.toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
  return { spans: inOrder, seen }
}
