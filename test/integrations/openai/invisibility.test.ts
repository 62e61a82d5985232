import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { type Probed, runProbes } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, programs, ways } from './matrix.ts'

let provider: Provider
let collector: OtlpHttpCollector
beforeAll(async () => {
  provider = await startProvider()
  collector = await startOtlpHttp()
})
afterAll(async () => {
  await provider.stop()
  await collector.stop()
})

/** Probes that the oldest version has not; every other version has all but a few. */
const LEAST: Readonly<Record<string, number>> = { 'openai-4.0': 65, 'openai-4': 82 }

describe.each(ways)('$set on Node $node as $modules, turnspan $order it', ({ set, order, ...way }) => {
  let bare: Probed
  let traced: Probed
  beforeAll(async () => {
    await using app = await fixtureApp(fixture(set), programs)
    const run = { ...way, order, app, provider, library: 'openai' }
    bare = await runProbes(run)
    traced = await runProbes(run, collector)
  })

  test('every call gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
    const present = Object.values(bare.results).filter(({ absent }) => !absent)
    expect(present.length).toBeGreaterThanOrEqual(LEAST[set] ?? 84)
  })

  test('every call sends the same', () => {
    expect(traced.sent).toEqual(bare.sent)
  })

  test('nothing is said on stderr', () => {
    expect(traced.stderr).toBe(bare.stderr)
  })
})
