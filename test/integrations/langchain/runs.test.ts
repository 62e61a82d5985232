import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { requestsOf } from '../../support/framework-runs.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { expectAttributes } from './attributes.ts'
import { fixture, programs, ways } from './matrix.ts'
import { formerTrees, trees } from './trees.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.stop())

/** Probes that a version has; the oldest knows neither interrupts nor agents. */
const LEAST = { 'langchain-0.3': 64, 'langchain-1': 78 } as const

describe.each(ways)('$set on Node $node as $modules, turnspan $order it', ({ set, order, ...way }) => {
  let collector: OtlpHttpCollector
  let bare: Probed
  let traced: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  beforeAll(async () => {
    collector = await startOtlpHttp()
    await using app = await fixtureApp(fixture(set), programs)
    const library = way.modules === 'esm' ? './library.mjs' : './library.cjs'
    const run = { ...way, order, app, provider, library }
    ;[bare, traced] = await Promise.all([runProbes(run), runProbes(run, collector)])
    spans = spansByProbe(collector.spans())
  })
  afterAll(() => collector.stop())

  test('every run gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    const present = Object.values(bare.results).filter(({ absent }) => !absent)
    expect(present.length).toBeGreaterThanOrEqual(LEAST[set])
  })

  test('every run sends the same', () => {
    expect(requestsOf(traced)).toEqual(requestsOf(bare))
  })

  test('nothing is said on stderr', () => {
    expect(traced.stderr).toBe(bare.stderr)
  })

  test('every run is one span, in its place', () => {
    const present = Object.keys(bare.results).filter((name) => !bare.results[name]?.absent)
    const expected = set === 'langchain-1' ? trees : formerTrees
    const got = Object.fromEntries(present.map((name) => [name, treeOf(spans.get(name) ?? [])]))
    expect(got).toEqual(Object.fromEntries(present.map((name) => [name, expected[name]])))
  })

  test('spans say what the runs were', () => {
    expectAttributes(set, (probe) => spans.get(probe) ?? [])
  })
})
