import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOtlpHttp } from '../../support/collector.ts'
import { runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { expectedTree } from './expected.ts'
import { fixture, ownScripts, programs } from './matrix.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(ownScripts)
})
afterAll(() => provider.stop())

const PROBES = ['text', 'text-tool-nested', 'stream-tool', 'object', 'embed', 'agent']

// From 1.10 on the builds of the API for `import` and `require` are two copies; version 5 brings its own 1.9.0 beside it.
test.each([
  ['ai-5-api-1.10', 'esm', 'before'],
  ['ai-5-api-1.10', 'cjs', 'after'],
  ['ai-6-api-1.10', 'esm', 'before'],
  ['ai-6-api-1.10', 'esm', 'after'],
  ['ai-6-api-1.10', 'cjs', 'before'],
] as const)(
  '%s as %s, turnspan %s it, is translated whichever copy of the API it has',
  async (set, modules, order) => {
    await using app = await fixtureApp(fixture(set), programs)
    const collector = await startOtlpHttp()
    const run = { app, provider, library: 'ai', node: 20, modules, order, only: PROBES } as const
    const { results } = await runProbes(run, collector)
    await collector.stop()
    expect(Object.keys(results).toSorted()).toEqual(PROBES.toSorted())
    const spans = spansByProbe(collector.spans())
    const found = [...spans].map(([probe, list]) => [probe, treeOf(list).toSorted()])
    const expected = PROBES.map((probe) => [probe, [...expectedTree(set, probe)].toSorted()])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  },
)
