import { afterEach, expect, test } from 'vitest'
import {
  continueTrace,
  type ExportedContext,
  exportContext,
  onDiagnostic,
  tracingContext,
  updateCurrentTrace,
  withAgent,
  withSpan,
} from '../../src/index.ts'
import { captureTraces } from '../../src/testing/index.ts'

let traces: ReturnType<typeof captureTraces> | undefined
afterEach(() => traces?.stop())

const stored = (context: ExportedContext): ExportedContext => JSON.parse(JSON.stringify(context))

test('holds nothing where nothing is traced, and runs what it is given', () => {
  expect(exportContext()).toEqual({ version: 1, headers: {} })
  expect(continueTrace(exportContext(), () => 17)).toBe(17)
})

test('holds what was said of the trace as texts, and none of its content', async () => {
  traces = captureTraces()
  const context = await tracingContext({ tags: { tenant: 'acme', level: 3 } }, () =>
    withAgent({ agent: 'desk', sessionId: 's-1', user: 'u-1', input: 'a secret question' }, async () => {
      updateCurrentTrace({ tags: { level: { deep: true } }, metadata: { plan: 'pro' } })
      return exportContext()
    }),
  )
  expect(context).toEqual({
    version: 1,
    headers: {
      traceparent: expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/),
      tracestate: expect.stringMatching(/^turnspan=root;s:1/),
      baggage: 'session.id=s-1,user.id=u-1',
    },
    user: 'u-1',
    sessionId: 's-1',
    tags: { tenant: 'acme', level: '{"deep":true}' },
    metadata: { plan: 'pro' },
  })
  expect(stored(context)).toEqual(context)
})

test('hands on what the surroundings say, also outside of a trace and from process to process', () => {
  traces = captureTraces()
  const scope = { user: 'u-1', tags: { a: 1 } }
  const first = tracingContext(scope, exportContext)
  expect(first).toEqual({ version: 1, headers: {}, user: 'u-1', tags: { a: '1' } })
  expect(continueTrace(stored(first), exportContext)).toEqual(first)
  expect(tracingContext({ enabled: false }, exportContext)).toMatchObject({ enabled: false })
  const off = { version: 1, headers: {}, enabled: false } as const
  expect(continueTrace(off, () => withSpan((span) => span.isRecording()))).toBe(false)
})

test('returns and throws what the function does', async () => {
  traces = captureTraces()
  const context = await withAgent({ agent: 'desk' }, async () => exportContext())
  const result = {}
  expect(continueTrace(context, () => result)).toBe(result)
  const error = new Error('mine')
  expect(() =>
    continueTrace(context, () => {
      throw error
    }),
  ).toThrow(error)
})

test('says once that it was given something else, and runs the function in the trace that is there', async () => {
  traces = captureTraces()
  const said: string[] = []
  const stop = onDiagnostic(({ code, message }) => said.push(`${code} ${message}`))
  for (const wrong of [undefined, null, 'traceparent', 17, {}, { headers: 'none' }])
    expect(continueTrace(wrong as never, () => 'ran')).toBe('ran')
  const ids = withSpan((span) =>
    continueTrace({} as never, () => [span.traceId, withSpan((inner) => inner.traceId)]),
  )
  expect(ids[0]).toBe(ids[1])
  stop()
  expect(said).toEqual([
    expect.stringMatching(/^TS_ARGUMENT continueTrace\(\) takes a value returned by exportContext\(\)/),
  ])
})
