import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from './collector.ts'
import type { DecodedSpan } from './decoded-span.ts'
import { type Probed, runProbes, spansByProbe } from './differential.ts'
import { fixtureApp, type Way } from './integrations.ts'
import { type Provider, startProvider } from './provider/server.ts'

/** The runs of a framework's probes in one way, and what is expected of them. */
export interface FrameworkRuns<FixtureSet extends string> {
  readonly ways: readonly Way<FixtureSet>[]
  readonly fixture: (set: string) => string
  readonly programs: string
  /** What the provider's server answers. */
  readonly scripts: Parameters<typeof startProvider>[0]
  /** So many runs there are at least. */
  readonly least: number
  /** What is said on stderr, without what differs from run to run. @defaultValue all of it */
  readonly comparable?: (stderr: string) => string
  /** The spans of one run as lines, one for each span. */
  readonly linesOf: (spans: readonly DecodedSpan[]) => string[]
  /** The lines of each run. */
  readonly trees: (set: FixtureSet, bare: Probed) => Readonly<Record<string, readonly string[]>>
  readonly expectAttributes: (set: FixtureSet, spansOf: (probe: string) => readonly DecodedSpan[]) => void
}

/** Runs the probes of a framework bare and traced: the program notices nothing, and each run is one complete tree. */
export function testFrameworkRuns<FixtureSet extends string>(runs: FrameworkRuns<FixtureSet>): void {
  const { comparable = (text: string) => text } = runs
  let provider: Provider
  beforeAll(async () => {
    provider = await startProvider(runs.scripts)
  })
  afterAll(() => provider.stop())

  describe.each(runs.ways)('$set on Node $node as $modules, turnspan $order it', ({ set, order, ...way }) => {
    let collector: OtlpHttpCollector
    let bare: Probed
    let traced: Probed
    let spans: ReadonlyMap<string, readonly DecodedSpan[]>
    beforeAll(async () => {
      collector = await startOtlpHttp()
      await using app = await fixtureApp(runs.fixture(set), runs.programs)
      const library = way.modules === 'esm' ? './library.mjs' : './library.cjs'
      const run = { ...way, order, app, provider, library }
      ;[bare, traced] = await Promise.all([runProbes(run), runProbes(run, collector)])
      spans = spansByProbe(collector.spans())
    })
    afterAll(() => collector.stop())

    test('every run gives the program the same, in the same order', () => {
      expect(traced.results).toEqual(bare.results)
      expect(Object.keys(bare.results).length).toBeGreaterThanOrEqual(runs.least)
    })

    test('every run sends the same', () => {
      expect(requestsOf(traced)).toEqual(requestsOf(bare))
    })

    test('nothing is said on stderr', () => {
      expect(comparable(traced.stderr)).toBe(comparable(bare.stderr))
    })

    test('every run is one tree, with each call once', () => {
      const got = Object.fromEntries([...spans].map(([name, found]) => [name, runs.linesOf(found)]))
      expect(got).toEqual(runs.trees(set, bare))
    })

    test('spans say what the runs were', () => {
      runs.expectAttributes(set, (probe) => spans.get(probe) ?? [])
    })
  })
}

/** What each run sent, by its text: of agents that run at once, the requests arrive in the order of the network. */
export const requestsOf = ({ sent }: Probed): object =>
  Object.fromEntries(
    Object.entries(sent).map(([probe, requests]) => [
      probe,
      requests.map((one) => JSON.stringify(one)).sort(),
    ]),
  )

/** Those of `trees` whose run the tested version has. */
export function treesThere<Tree>(trees: Readonly<Record<string, Tree>>, bare: Probed): Record<string, Tree> {
  return Object.fromEntries(Object.entries(trees).filter(([name]) => bare.results[name]?.absent !== true))
}
