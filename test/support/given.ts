import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from './collector.ts'
import type { DecodedSpan } from './decoded-span.ts'
import { type Probed, runProbes, spansByProbe } from './differential.ts'
import { fixtureApp, type Way } from './integrations.ts'
import { type Provider, startProvider } from './provider/server.ts'

/** What the tests of a client need to run its probes of hostile requests. */
export interface GivenTests {
  readonly library: string
  readonly programs: string
  readonly fixture: (set: string) => string
  readonly ways: readonly Way[]
  /** Probes that end in a request, of which the last one is what their span has as inputs. */
  readonly recorded: (probe: string) => boolean
  /** What the span recorded of the request, to compare with {@link GivenTests.sent}. */
  readonly inputsOf: (inputs: unknown) => unknown
  /** What the span is to have recorded of the body that was sent. */
  readonly sent: (body: unknown) => unknown
}

/** With content or without: what a program's objects do when they are read happens as often, and the same is sent. */
export function testGiven({ ways, fixture, programs, library, recorded, inputsOf, sent }: GivenTests): void {
  let provider: Provider
  beforeAll(async () => {
    provider = await startProvider()
  })
  afterAll(() => provider.stop())

  describe.each(ways)('$set on Node $node as $modules, turnspan $order it', ({ set, order, ...way }) => {
    let bare: Probed
    let spans: ReadonlyMap<string, readonly DecodedSpan[]>
    const traced: Record<'on' | 'off', Probed | undefined> = { on: undefined, off: undefined }
    beforeAll(async () => {
      await using app = await fixtureApp(fixture(set), programs)
      const run = { ...way, order, app, provider, library, program: './given-probes.mjs' }
      bare = await runProbes(run)
      for (const content of ['on', 'off'] as const) {
        const collector: OtlpHttpCollector = await startOtlpHttp()
        traced[content] = await runProbes({ ...run, init: { captureContent: content === 'on' } }, collector)
        if (content === 'on') spans = spansByProbe(collector.spans())
        await collector.stop()
      }
    })

    test.each(['on', 'off'] as const)('reads nothing of the program, with content %s', (content) => {
      expect(traced[content]?.results).toEqual(bare.results)
      expect(traced[content]?.stderr).toBe(bare.stderr)
    })

    test.each(['on', 'off'] as const)('sends the same, with content %s', (content) => {
      expect(traced[content]?.sent).toEqual(bare.sent)
      // The order of members too.
      expect(JSON.stringify(traced[content]?.sent)).toBe(JSON.stringify(bare.sent))
    })

    test('records what was sent', () => {
      const probes = Object.keys(bare.results).filter(
        (probe) => recorded(probe) && bare.results[probe]?.absent !== true,
      )
      expect(probes.length).toBeGreaterThan(0)
      for (const probe of probes) {
        const span = spans.get(probe)?.[0]
        const inputs = span?.attributes['mlflow.spanInputs']
        const [request] = (bare.sent[probe] ?? []) as { readonly body: unknown }[]
        expect([probe, inputsOf(inputs)]).toEqual([probe, sent(request?.body)])
        expect([probe, span?.attributes['gen_ai.request.model']]).toEqual([probe, expect.any(String)])
      }
    })
  })
}
