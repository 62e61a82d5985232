import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Redact, RedactContext } from '../../../src/config/limits.ts'
import { type Diagnostic, onDiagnostic, resetDiagnosed } from '../../../src/runtime/diagnostics.ts'
import { type CaptureOptions, capture } from '../../../src/span/capture/capture.ts'
import { redactText } from '../../../src/span/redact/redact.ts'

const source = { span: 'tool:search', spanType: 'TOOL', key: 'inputs' }
const limits = { maxValueBytes: 1 << 20, maxSpanBytes: 3 << 20, maxDepth: 40 }
const withHook = (redact: Redact): CaptureOptions => ({ limits, redact, context: source })

let said: Diagnostic[] = []
let stop: () => void
beforeEach(() => {
  resetDiagnosed()
  said = []
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
})
afterEach(() => stop())

test('shows the hook the whole value, then each value in it, with where it is', () => {
  const calls: [unknown, RedactContext][] = []
  capture(
    { a: [1, { b: 'x' }] },
    withHook((value, context) => {
      calls.push([structuredClone(value), context])
      return value
    }),
  )
  expect(calls).toStrictEqual([
    [{ a: [1, { b: 'x' }] }, { ...source, path: [] }],
    [[1, { b: 'x' }], { ...source, key: 'a', path: ['a'] }],
    [1, { ...source, key: '0', path: ['a', 0] }],
    [{ b: 'x' }, { ...source, key: '1', path: ['a', 1] }],
    ['x', { ...source, key: 'b', path: ['a', 1, 'b'] }],
  ])
})

test('goes on inside what the hook returned', () => {
  const seen: unknown[] = []
  const captured = capture(
    { a: 1 },
    withHook((value, { path }) => {
      seen.push(value)
      return path.length === 0 ? { b: [new Date(0), { c: undefined }] } : value
    }),
  )
  expect(captured).toStrictEqual({ b: ['1970-01-01T00:00:00.000Z', {}] })
  expect(seen).toHaveLength(4 + 1)
})

test('takes undefined for the whole value as null and leaves out what is inside', () => {
  expect(
    capture(
      'secret',
      withHook(() => undefined),
    ),
  ).toBeNull()
  expect(
    capture(
      { a: 'drop', b: ['drop', 'keep'] },
      withHook((value) => (value === 'drop' ? undefined : value)),
    ),
  ).toStrictEqual({ b: ['keep'] })
})

test('replaces a value whose redaction throws, and no other', () => {
  const captured = capture(
    { a: 'bad', b: 'good' },
    withHook((value) => {
      if (value === 'bad') throw new Error('value was: bad')
      return value
    }),
  )
  expect(captured).toStrictEqual({ a: '[redaction failed]', b: 'good' })
  expect(said.map(({ code }) => code)).toStrictEqual(['TS_REDACT_FAILED'])
  expect(JSON.stringify(said)).not.toContain('value was')
})

test('says once that a hook must not be asynchronous', async () => {
  const hook: Redact = async () => {
    throw new Error('rejected')
  }
  expect(capture({ a: 1 }, withHook(hook))).toBe('[redaction failed]')
  expect(capture('again', withHook(hook))).toBe('[redaction failed]')
  expect(said.map(({ code }) => code)).toStrictEqual(['TS_REDACT_ASYNC'])
})

test('gives the hook a copy that it may change', () => {
  const messages = [{ content: 'mine' }]
  const captured = capture(
    { messages },
    withHook((value, { path }) => {
      if (path.length === 0)
        (value as { messages: { content: string }[] }).messages[0] = { content: 'changed' }
      return value
    }),
  )
  expect(messages).toStrictEqual([{ content: 'mine' }])
  expect(captured).toStrictEqual({ messages: [{ content: 'changed' }] })
})

test('survives a hook that returns cycles, growth without end and things that JSON lacks', () => {
  const cycle: unknown[] = []
  cycle.push(cycle)
  expect(
    capture(
      1,
      withHook(() => cycle),
    ),
  ).toStrictEqual(['[Circular]'])
  expect(
    JSON.stringify(
      capture(
        1,
        withHook((value) => ({ value })),
      ),
    ),
  ).toContain('[Object]')
  expect(
    capture(
      1,
      withHook(() => 10n),
    ),
  ).toBe('10')
  expect(
    capture(
      { a: 1 },
      withHook((value) => (typeof value === 'number' ? Number.NaN : value)),
    ),
  ).toStrictEqual({
    a: 'NaN',
  })
})

test('shows a long text in full before it is cut, and of a giant one what could be recorded', () => {
  const lengths: number[] = []
  const hook: Redact = (value) => {
    if (typeof value === 'string') lengths.push(value.length)
    return value
  }
  const options = { ...withHook(hook), limits: { ...limits, maxValueBytes: 10_000 } }
  expect(JSON.stringify(capture(['x'.repeat(9000), 'y'.repeat(9000)], options)).length).toBeLessThanOrEqual(
    10_000,
  )
  capture('z'.repeat(5_000_000), options)
  expect(lengths[0]).toBe(9000)
  expect(lengths[1]).toBe(9000)
  expect(lengths[2]).toBeLessThan(10_200)
})

test('redacts names and messages, and always gives a text', () => {
  const context = { ...source, key: 'name' }
  expect(redactText('a\0b', undefined, context)).toBe('a\ufffdb')
  expect(redactText('mail a', (value) => String(value).toUpperCase(), context)).toBe('MAIL A')
  expect(redactText('x', () => undefined, context)).toBe('')
  expect(redactText('x', () => 5, context)).toBe('5')
  expect(redactText('x', () => ({}), context)).toBe('[redaction failed]')
  expect(
    redactText(
      'x',
      () => {
        throw new Error('no')
      },
      context,
    ),
  ).toBe('[redaction failed]')
})
