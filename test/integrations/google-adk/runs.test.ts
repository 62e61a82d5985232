import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { linesOf } from '../foreign/translated.ts'
import { expectAttributes } from './attributes.ts'
import { fixture, programs, ways } from './matrix.ts'
import { scripts } from './scripts.ts'
import { trees } from './trees.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(scripts)
})
afterAll(() => provider.stop())

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
    bare = await runProbes(run)
    traced = await runProbes(run, collector)
    spans = spansByProbe(collector.spans())
  })
  afterAll(() => collector.stop())

  test('every run gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    expect(Object.keys(bare.results).length).toBeGreaterThanOrEqual(36)
  })

  test('every run sends the same', () => {
    expect(traced.sent).toEqual(bare.sent)
  })

  test('nothing is said on stderr', () => {
    expect(traced.stderr).toBe(bare.stderr)
  })

  test('every run is one tree, with each call once', () => {
    const got = Object.fromEntries([...spans].map(([name, found]) => [name, linesOf(found)]))
    const isThere = (name: string): boolean => bare.results[name]?.absent !== true
    const expected = Object.entries(trees).filter(([name]) => isThere(name))
    expect(got).toEqual(Object.fromEntries(expected))
  })

  test('spans say what the runs were', () => {
    expectAttributes((probe) => spans.get(probe) ?? [])
  })
})
