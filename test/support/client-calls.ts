import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from './collector.ts'
import type { AttributeValue, DecodedSpan } from './decoded-span.ts'
import { type Probed, runProbes, spansByProbe, treeOf } from './differential.ts'
import { fixtureApp, type Way } from './integrations.ts'
import type { Script } from './provider/script.ts'
import { type Provider, startProvider } from './provider/server.ts'

/** What is expected of the probes of a client, by their names; what a version has no call for is left out. */
export interface ExpectedCalls {
  /** The tree of spans of each probe that is not one call of {@link call} that went well, or failed as {@link failing} says. */
  readonly trees: Readonly<Record<string, readonly string[]>>
  /** Name and type of the span of a call: `chat gpt-4o CHAT_MODEL`. */
  readonly call: string
  /** Probes whose call fails, by `error.type`. */
  readonly failing: Readonly<Record<string, string | RegExp>>
  /** Probes whose call ends by neither its end nor its failure, by `turnspan.call.end`. */
  readonly endings: Readonly<Record<string, string>>
  /** `mlflow.chat.tokenUsage`: input, output, and cached ones where there are some; `undefined` for none. */
  readonly usages: Readonly<
    Record<string, readonly [input: number, output: number, cached?: number] | undefined>
  >
  /** Status codes of attempts that were repeated, `undefined` where none came. */
  readonly retries: Readonly<Record<string, readonly (number | undefined)[]>>
  /** Texts that stream, as they are recorded in the end. */
  readonly said: Readonly<Record<string, string>>
}

/** A client library with its probes. */
export interface ClientCalls extends ExpectedCalls {
  readonly library: string
  readonly programs: string
  readonly fixture: (set: string) => string
  readonly ways: readonly Way[]
  /** How many probes a set has calls for. */
  readonly counts: Readonly<Record<string, number>>
  /** Further scripts of the provider. */
  readonly scripts?: Readonly<Record<string, Script>>
  /** What must not leave without content, beside what the scripts answer. */
  readonly secrets: readonly string[]
  /** What is particular to the client. `span` gives the first span of a probe. */
  readonly more?: (span: (probe: string) => DecodedSpan | undefined, set: string) => void
  /** What differs in one set. */
  readonly unlike?: Readonly<Record<string, Partial<ExpectedCalls>>>
}

/** Of the scripts: what is answered, and what errors say. */
const ANSWERS = [
  'How can I help',
  'sunny',
  'Paris',
  'The user greets',
  'word2',
  'Supported values',
  'Rate limit',
]

/**
 * Runs the probes of a client bare and traced, in processes of their own: the program sees the same and sends the same,
 * and each call is one whole span. The last way is run without content as well.
 */
export function testClientCalls(client: ClientCalls): void {
  let provider: Provider
  beforeAll(async () => {
    provider = await startProvider(client.scripts)
  })
  afterAll(() => provider.stop())

  describe.each(client.ways)(
    '$set on Node $node as $modules, turnspan $order it',
    ({ set, order, ...way }) => {
      const expected: ExpectedCalls = { ...client, ...client.unlike?.[set] }
      const isLast = client.ways.at(-1)?.set === set
      let bare: Probed
      let traced: Probed
      let spans: ReadonlyMap<string, readonly DecodedSpan[]>
      let without: { readonly probed: Probed; readonly spans: readonly DecodedSpan[] } | undefined
      beforeAll(async () => {
        await using app = await fixtureApp(client.fixture(set), client.programs)
        const run = { ...way, order, app, provider, library: client.library, timeoutMs: 300_000 }
        const collected = async (captureContent: boolean): Promise<[Probed, OtlpHttpCollector]> => {
          const collector = await startOtlpHttp()
          const probed = await runProbes({ ...run, init: { captureContent } }, collector)
          await collector.stop()
          return [probed, collector]
        }
        const [untraced, [probed, collector], silent] = await Promise.all([
          runProbes(run),
          collected(true),
          isLast ? collected(false) : undefined,
        ])
        bare = untraced
        traced = probed
        spans = spansByProbe(collector.spans())
        if (silent) without = { probed: silent[0], spans: silent[1].spans() }
        // The packages are installed once a machine.
      }, 600_000)

      const present = (probe: string): boolean => {
        expect(bare.results, 'the probes').toHaveProperty([probe])
        return bare.results[probe]?.absent !== true
      }
      const only = <T>(table: Readonly<Record<string, T>>): [string, T][] =>
        Object.entries(table).filter(([probe]) => present(probe))
      const callOf = (probe: string): DecodedSpan | undefined => spans.get(probe)?.[0]

      test('gives the program the same, in the same order, and sends the same', () => {
        expect(traced.results).toEqual(bare.results)
        expect(traced.sent).toEqual(bare.sent)
        expect(traced.stderr).toBe(bare.stderr)
        expect(Object.keys(bare.results).filter(present).length).toBe(client.counts[set])
      })

      test('makes exactly the spans of each call', () => {
        const found = Object.fromEntries([...spans].map(([probe, list]) => [probe, treeOf(list).toSorted()]))
        const trees = Object.keys(bare.results)
          .filter(present)
          .map((probe) => {
            const one = [`${expected.call} ${probe in expected.failing ? 'ERROR' : 'OK'}`]
            return [probe, (expected.trees[probe] ?? one).toSorted()]
          })
        expect(found).toEqual(Object.fromEntries(trees))
      })

      test('tells each failure by its class, with its exception', () => {
        for (const [probe, type] of only(expected.failing)) {
          const span = callOf(probe)
          const events = span?.events.map(({ name }) => name).filter((name) => name !== 'retry')
          expect([probe, events]).toEqual([probe, ['exception']])
          expect(String(span?.attributes['error.type']), probe).toMatch(
            typeof type === 'string' ? new RegExp(`^${type}$`) : type,
          )
        }
      })

      test('tells how each call ended that the program left', () => {
        const found = [...spans].flatMap(([probe, [span]]) => {
          const end = span?.attributes['turnspan.call.end']
          return end === undefined ? [] : [[probe, end]]
        })
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(only(expected.endings)))
      })

      test('counts tokens once for each call, and makes an event of each attempt that is repeated', () => {
        for (const [probe, usage] of only(expected.usages)) {
          const counted = callOf(probe)?.attributes['mlflow.chat.tokenUsage']
          expect([probe, counted === undefined ? undefined : JSON.parse(String(counted))]).toEqual([
            probe,
            usage && tokens(...usage),
          ])
        }
        for (const [probe, statuses] of only(expected.retries)) {
          const events = callOf(probe)?.events.filter(({ name }) => name === 'retry')
          const told = events?.map(({ attributes }) => attributes['http.response.status_code'])
          expect([probe, told]).toEqual([probe, statuses])
        }
      })

      test('keeps what came of each stream, and its time to the first token', () => {
        for (const [probe, said] of only(expected.said)) {
          const { attributes } = callOf(probe) ?? { attributes: {} as DecodedSpan['attributes'] }
          expect([probe, answeredIn(attributes['mlflow.spanOutputs'])]).toEqual([probe, said])
          expect([probe, attributes['gen_ai.response.time_to_first_chunk']]).toEqual([
            probe,
            expect.any(Number),
          ])
        }
      })

      if (client.more !== undefined)
        test('says what the service has of its own', () => client.more?.(callOf, set))

      if (!isLast) return
      test('lets no content leave where none is wanted', () => {
        expect(without?.probed.results).toEqual(bare.results)
        expect(without?.probed.sent).toEqual(bare.sent)
        expect(without?.spans.length).toBeGreaterThan(client.counts[set] ?? 0)
        const left = without?.spans.map(({ name, attributes, events, status }) =>
          JSON.stringify([name, attributes, events.map((event) => event.attributes), status]),
        )
        for (const secret of [...ANSWERS, ...client.secrets])
          expect(
            left?.filter((span) => span.includes(secret)),
            secret,
          ).toEqual([])
      })
    },
  )
}

function tokens(input: number, output: number, cached?: number): object {
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    ...(cached !== undefined && { cache_read_input_tokens: cached }),
  }
}

/** The text of the first message of an answer. */
function answeredIn(outputs: AttributeValue | undefined): unknown {
  const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
    path.reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], value)
  const content = at(outputs, 'choices', 0, 'message', 'content') ?? at(outputs, 'message', 'content')
  return Array.isArray(content) ? content.map((part) => at(part, 'text')).join('') : content
}
