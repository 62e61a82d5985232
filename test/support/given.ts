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
  /** Where the span of a probe is that of its one request. */
  readonly recorded?: {
    readonly probes: (name: string) => boolean
    /** What is compared of the span's inputs, and of the body that was sent. @defaultValue all of it */
    readonly compared?: (inputs: unknown) => unknown
  }
}

/** With content or without: what a program's objects do when they are read happens as often, and the same is sent. */
export function testGiven({ ways, fixture, programs, library, recorded }: GivenTests): void {
  const { probes: isRecorded, compared = (value: unknown) => value } = recorded ?? {}
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
      const collected = async (content: 'on' | 'off'): Promise<void> => {
        const collector: OtlpHttpCollector = await startOtlpHttp()
        traced[content] = await runProbes({ ...run, init: { captureContent: content === 'on' } }, collector)
        if (content === 'on') spans = spansByProbe(collector.spans())
        await collector.stop()
      }
      const [untraced] = await Promise.all([runProbes(run), collected('on'), collected('off')])
      bare = untraced
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

    if (isRecorded === undefined) return
    test('records what was sent', () => {
      const probes = Object.keys(bare.results).filter(
        (probe) => isRecorded(probe) && bare.results[probe]?.absent !== true,
      )
      expect(probes.length).toBeGreaterThan(0)
      for (const probe of probes) {
        const span = spans.get(probe)?.[0]
        const inputs = span?.attributes['mlflow.spanInputs']
        const [request] = (bare.sent[probe] ?? []) as { readonly body: unknown }[]
        expect([probe, compared(inputs)]).toEqual([probe, compared(request?.body)])
        expect([probe, span?.attributes['gen_ai.request.model']]).toEqual([probe, expect.any(String)])
      }
    })
  })
}
