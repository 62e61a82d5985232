import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askingSource } from '../../../src/modules/ai-sdk-source.ts'
import type { BuiltApp } from '../../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp, fixtureModules } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { expectedTree, usages } from './expected.ts'
import { fixture, ownScripts, programs } from './matrix.ts'

const BUILDS = ['index.mjs', 'index.js'] as const

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(ownScripts)
})
afterAll(() => provider.stop())

/** The application of a set, its package `ai` as a loader or a bundler hands it on. */
async function askingApp(set: string): Promise<BuiltApp> {
  const app = await fixtureApp(fixture(set), programs)
  const folder = join(app.dir, 'node_modules', 'ai')
  await rm(folder)
  await cp(join(await fixtureModules(fixture(set)), 'ai'), folder, { recursive: true })
  for (const build of BUILDS) {
    const file = join(folder, 'dist', build)
    await writeFile(file, askingSource(await readFile(file, 'utf8')) ?? '')
  }
  return app
}

test.each(['ai-5.0', 'ai-5', 'ai-6.0', 'ai-6'])(
  '%s is rewritten, and its lines keep their numbers',
  async (set) => {
    for (const build of BUILDS) {
      const file = join(await fixtureModules(fixture(set)), 'ai', 'dist', build)
      const source = await readFile(file, 'utf8')
      const before = source.split('\n')
      const changed = askingSource(source)
        ?.split('\n')
        .filter((line, at) => line !== before[at])
      expect(changed).toEqual([
        expect.stringMatching(/ function turnspan\$getTracer\(\{$/),
        expect.stringMatching(/ function turnspan\$select\(\{$/),
      ])
    }
  },
)

test('version 7 and other sources are left as they are', async () => {
  const file = join(await fixtureModules(fixture('ai-7')), 'ai', 'dist', 'index.js')
  expect(askingSource(await readFile(file, 'utf8'))).toBeUndefined()
  expect(askingSource('export const one = 1')).toBeUndefined()
})

describe.each([
  { set: 'ai-5.0', modules: 'esm', order: 'after' },
  { set: 'ai-5', modules: 'cjs', order: 'before' },
  { set: 'ai-6.0', modules: 'cjs', order: 'after' },
  { set: 'ai-6', modules: 'esm', order: 'before' },
] as const)('calls of $set as $modules that do not speak of telemetry', ({ set, modules, order }) => {
  let collector: OtlpHttpCollector
  let bare: Probed
  let traced: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  beforeAll(async () => {
    collector = await startOtlpHttp()
    await using untouched = await fixtureApp(fixture(set), programs)
    await using asking = await askingApp(set)
    const run = { provider, library: 'ai', node: 20, modules, order, settings: { unasked: true } } as const
    ;[bare, traced] = await Promise.all([
      runProbes({ ...run, app: untouched }),
      runProbes({ ...run, app: asking }, collector),
    ])
    spans = spansByProbe(collector.spans())
    await collector.stop()
  })

  test('bring and send the same', () => {
    expect(traced.results).toEqual(bare.results)
    expect(traced.sent).toEqual(bare.sent)
    const own = traced.stderr.split('\n').filter((line) => !line.includes('[TS_SPANS_OPEN]'))
    const unnumbered = (said: string): string => said.replaceAll(/rejection id: \d+/g, 'rejection')
    expect(unnumbered(own.join('\n'))).toBe(unnumbered(bare.stderr))
  })

  test('make exactly the spans of calls that do', () => {
    const probes = Object.keys(bare.results).filter((probe) => bare.results[probe]?.absent !== true)
    const found = [...spans].map(([probe, list]) => [probe, treeOf(list).toSorted()])
    const expected = probes.map((probe) => [probe, [...expectedTree(set, probe)].toSorted()])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  test('have tokens, names and content, or none of it', () => {
    for (const [probe, counted] of Object.entries(usages)) {
      const found = (spans.get(probe) ?? []).flatMap(({ attributes }) => {
        const given = attributes['mlflow.chat.tokenUsage']
        return given === undefined ? [] : [JSON.parse(String(given))]
      })
      expect([probe, found]).toEqual([probe, counted])
    }
    const named = spans.get('text-settings')?.find(({ name }) => name === 'greet')
    expect(named?.attributes).toMatchObject({
      'ai.telemetry.metadata.tier': 'gold',
      'mlflow.spanInputs': { messages: [{ role: 'user', content: 'Hi!' }] },
    })
    const hidden = JSON.stringify(spans.get('text-private')?.map(({ attributes }) => attributes))
    expect(hidden).toContain('gpt-4o')
    for (const secret of ['Hi!', 'Paris', 'sunny']) expect(hidden).not.toContain(secret)
  })
})
