import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from '../../support/differential.ts'
import { fixtureApp, type Way } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture, programs, scripts, ways } from './matrix.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider(scripts)
})
afterAll(() => provider.stop())

describe.each(ways)('$set on Node $node', (way) => testWay(way))

function testWay({ set, ...way }: Way): void {
  let bare: Probed
  let traced: Probed
  let spans: ReadonlyMap<string, readonly DecodedSpan[]>
  beforeAll(async () => {
    const collector: OtlpHttpCollector = await startOtlpHttp()
    await using app = await fixtureApp(fixture(set), programs)
    const run = { ...way, app, provider, library: '@anthropic-ai/claude-agent-sdk' }
    bare = await runProbes(run)
    traced = await runProbes(run, collector)
    spans = spansByProbe(collector.spans())
    await collector.stop()
    for (const [name, list] of spans) console.log(name, '\n' + treeOf(list).join('\n'))
    for (const [name, list] of spans) console.log(name, JSON.stringify(list.map(s=>({n:s.name,s:s.status,a:s.attributes})),(k,v)=>typeof v==='bigint'?String(v):v,1))
  })

  test('gives the program the same, in the same order', () => {
    expect(traced.results).toEqual(bare.results)
  })
}
