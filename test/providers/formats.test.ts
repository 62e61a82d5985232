import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assembleApp, type BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { edges, identities, modulesOf, type Outcome, runApp } from './app.ts'

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url))

const TREE = [
  'agent:planner',
  'alone',
  'early < agent:planner',
  'late < own',
  'own < agent:planner',
  'own early < tool:outer',
  'tool:inner < early',
  'tool:outer < agent:planner',
]

interface Seen extends Outcome {
  /** What registering provider, context manager and propagator gave. */
  readonly registered: never
  readonly carried: readonly unknown[]
  /** What the API puts into a request of either format. */
  readonly headers: readonly Readonly<Record<string, string>>[]
  readonly atRoot: readonly boolean[]
}

describe.each([
  ['otel-2', 'otel-2', 20],
  ['otel-2', 'otel-2', 22],
  ['otel-2-api-1.10', 'otel-2', 20],
  ['otel-2-api-1.10', 'otel-2', 22],
  ['otel-3', 'otel-3', 22],
] as const)('spans of both module formats, on %s (%s) and Node %i', (line, sdk, node) => {
  let app: BuiltApp
  let receiver: OtlpHttpCollector
  beforeAll(async () => {
    const programs = ['programs', 'formats', sdk].map((name) => `${fixtures}/${name}`)
    app = await assembleApp({ modules: await modulesOf(line), programs })
  }, 600_000)
  afterAll(() => app?.remove())
  beforeEach(async () => {
    receiver = await startOtlpHttp()
    return () => receiver.stop()
  })

  const run = (program: string, order: string): Promise<Seen> =>
    runApp<Seen>(app, line, receiver.url, { program, args: [order], node })

  describe.each(['formats.mjs', 'formats.cjs'])('%s', (program) => {
    it('reach us as one tree while the application has no provider', async () => {
      const { carried, headers, atRoot, diagnostics, stderr } = await run(program, 'none')
      expect(edges(receiver.spans())).toEqual(TREE)
      const turn = receiver.spans().find(({ name }) => name === 'agent:planner')
      const expected = { traceparent: `00-${turn?.traceId}-${turn?.spanId}-01`, tracestate: turn?.traceState }
      expect(headers).toEqual([expected, expected])
      expect({ carried, atRoot, diagnostics, stderr }).toEqual({
        carried: ['kept', 'kept'],
        atRoot: [true, true],
        diagnostics: [],
        stderr: '',
      })
    })

    it.each(['before', 'after', 'bare'])('reach both where it registers its provider: %s', async (order) => {
      const { registered, carried, headers, atRoot, own, diagnostics, stderr } = await run(program, order)
      expect(edges(own)).toEqual(TREE)
      expect(identities(receiver.spans())).toEqual(identities(own))
      // Its propagator carries nothing.
      expect(headers).toEqual([{}, {}])
      expect({ registered, carried, atRoot, diagnostics, stderr }).toEqual({
        registered: [true, true, true],
        carried: ['kept', 'kept'],
        // The root of a manager of OpenTelemetry's own is that of one copy of the API.
        atRoot: order === 'bare' || line === 'otel-2' ? [true, true] : expect.any(Array),
        diagnostics: [],
        stderr: '',
      })
    })
  })
})
