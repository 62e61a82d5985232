import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MemoryQueue } from '../../../src/export/queue/queue.ts'
import type { QueueOptions } from '../../../src/export/queue/queue-options.ts'
import type { ExportResult } from '../../../src/export/statistics/export-result.ts'
import type { SpanOutcome } from '../../../src/export/statistics/span-outcome.ts'
import type { IsUrgent } from '../../../src/export/targets/target.ts'
import { monotonicMs } from '../../../src/runtime/clock.ts'
import { onDiagnostic, resetDiagnosed } from '../../../src/runtime/diagnostics.ts'
import type { EndedSpan } from '../../../src/span/ended-span.ts'
import { plainOf } from '../../../src/span/snapshot/plain.ts'
import { snapshotOf } from '../../../src/span/snapshot/snapshot.ts'
import { newTraceRecord, setEntry, type TraceRecord } from '../../../src/span/trace-record.ts'
import { useFakeTimers } from '../../support/fake-timers.ts'
import { endedSpan } from '../ended-span.ts'

const ACCEPTED: ExportResult = { kind: 'accepted' }
const AGAIN: ExportResult = { kind: 'retry', reason: 'down' }
const traceId = (n: number): string => n.toString(16).padStart(32, 'a')
const records = new Map<number, TraceRecord>()

/** What all spans of the trace with that number share. */
function inTrace(n: number): { traceId: string; trace: TraceRecord } {
  const trace = records.get(n) ?? newTraceRecord({ traceId: traceId(n), sampled: true })
  records.set(n, trace)
  return { traceId: traceId(n), trace }
}

function setUp(
  answer: (names: string[], call: number, isUrgent: IsUrgent) => ExportResult | Promise<ExportResult>,
  given: Partial<QueueOptions> = {},
) {
  const sent: string[][] = []
  const fates = new Map<string, SpanOutcome>()
  const target = {
    name: 'a target',
    send: async (spans: readonly EndedSpan[], isUrgent: IsUrgent = () => true): Promise<ExportResult> => {
      const names = spans.map((span) => span.name)
      sent.push(names)
      return answer(names, sent.length, isUrgent)
    },
    shutdown: async () => {},
  }
  const queue = new MemoryQueue(target, {
    maxBytes: 100_000_000,
    maxSpans: 1000,
    batchSpans: 4,
    delayMs: 1000,
    settled: (span, fate) => fates.set(span.name, fate),
    ...given,
  })
  const push = (name: string, bytes = 100, trace = 1): void =>
    queue.push(endedSpan({ name, ...inTrace(trace) }), { wire: bytes, held: bytes })
  return { queue, push, sent, fates }
}

const diagnostics: string[] = []
let stop = (): void => {}

beforeEach(() => {
  useFakeTimers()
  resetDiagnosed()
  diagnostics.length = 0
  stop = onDiagnostic((d) => diagnostics.push(d.code))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('sends what came together in one batch after the delay', async () => {
  const { push, sent, fates } = setUp(() => ACCEPTED)
  push('a')
  push('b')
  await vi.advanceTimersByTimeAsync(999)
  expect(sent).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(sent).toEqual([['a', 'b']])
  expect([...fates]).toEqual([
    ['a', 'sent'],
    ['b', 'sent'],
  ])
})

test('sends at once when a batch is full, and never more than a batch in one request', async () => {
  const { push, sent } = setUp(() => ACCEPTED)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) push(name)
  await vi.advanceTimersByTimeAsync(0)
  expect(sent).toEqual([
    ['a', 'b', 'c', 'd'],
    ['e', 'f'],
  ])
})

test('what comes while a batch is on its way waits for more, and no longer than the delay', async () => {
  const answers: ((answer: ExportResult) => void)[] = []
  const { push, sent } = setUp(() => new Promise<ExportResult>((resolve) => answers.push(resolve)))
  push('a')
  await vi.advanceTimersByTimeAsync(1000)
  push('b')
  await vi.advanceTimersByTimeAsync(400)
  answers[0]?.(ACCEPTED)
  await vi.advanceTimersByTimeAsync(599)
  expect(sent).toEqual([['a']])
  push('c')
  await vi.advanceTimersByTimeAsync(1)
  expect(sent).toEqual([['a'], ['b', 'c']])
  for (const name of ['d', 'e', 'f', 'g', 'h']) push(name)
  answers[1]?.(ACCEPTED)
  await vi.advanceTimersByTimeAsync(0)
  expect(sent.slice(2)).toEqual([['d', 'e', 'f', 'g']])
})

test('sends at once what is a batch by its bytes, and counts none that are on their way', async () => {
  const answers: ((answer: ExportResult) => void)[] = []
  const { push, sent } = setUp(() => new Promise<ExportResult>((resolve) => answers.push(resolve)))
  push('big', 2_200_000)
  await vi.advanceTimersByTimeAsync(0)
  expect(sent).toEqual([['big']])
  push('small', 10)
  answers[0]?.(ACCEPTED)
  await vi.advanceTimersByTimeAsync(999)
  expect(sent).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(sent[1]).toEqual(['small'])
})

test('a request is urgent while a batch waits behind it, and while somebody waits for it', async () => {
  const asked: IsUrgent[] = []
  const answers: ((answer: ExportResult) => void)[] = []
  const { queue, push } = setUp((_, __, isUrgent) => {
    asked.push(isUrgent)
    return new Promise<ExportResult>((resolve) => answers.push(resolve))
  })
  push('a')
  await vi.advanceTimersByTimeAsync(1000)
  expect(asked[0]?.()).toBe(false)
  for (const name of ['b', 'c', 'd', 'e']) push(name)
  expect(asked[0]?.()).toBe(true)
  answers[0]?.(ACCEPTED)
  await vi.advanceTimersByTimeAsync(0)
  expect(asked[1]?.()).toBe(false)
  const flushed = queue.flush(monotonicMs() + 1000)
  expect(asked[1]?.()).toBe(true)
  answers[1]?.(ACCEPTED)
  await flushed
  queue.close('the end')
  expect(asked[1]?.()).toBe(true)
})

test('a request is not urgent for its own bytes', async () => {
  let isUrgent: IsUrgent | undefined
  const { push } = setUp((_, __, asked) => {
    isUrgent = asked
    return new Promise<ExportResult>(() => {})
  })
  push('big', 2_200_000)
  await vi.advanceTimersByTimeAsync(0)
  expect(isUrgent?.()).toBe(false)
  push('another', 2_200_000)
  expect(isUrgent?.()).toBe(true)
})

test('an attempt at a receiver that fails is not urgent, however much waits', async () => {
  const urgent: boolean[] = []
  const { push } = setUp((_, call, isUrgent) => {
    urgent.push(isUrgent())
    return call < 3 ? AGAIN : ACCEPTED
  })
  for (let i = 0; i < 12; i += 1) push(`span ${i}`)
  await vi.advanceTimersByTimeAsync(0)
  expect(urgent).toEqual([true])
  await vi.advanceTimersByTimeAsync(60_000)
  // It has recovered with the first of the last three, behind which others waited.
  expect(urgent).toEqual([true, false, false, true, false])
})

test('closes a batch below the message limit of gRPC receivers', async () => {
  const { push, sent } = setUp(() => ACCEPTED, { maxBytes: 100_000_000 })
  push('big', 1_900_000)
  push('bigger', 3_000_000)
  push('small', 10)
  await vi.advanceTimersByTimeAsync(1000)
  expect(sent).toEqual([['big'], ['bigger'], ['small']])
})

test('keeps the order and tries again with growing patience while the target cannot take spans', async () => {
  const { push, sent, fates } = setUp((_, call) => (call < 4 ? AGAIN : ACCEPTED))
  push('a')
  await vi.advanceTimersByTimeAsync(1000)
  push('b')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sent).toEqual([['a'], ['a', 'b'], ['a', 'b'], ['a', 'b']])
  expect(fates.get('a')).toBe('sent')
  expect(diagnostics).toEqual([
    'TS_EXPORT_FAILED',
    'TS_EXPORT_FAILED',
    'TS_EXPORT_FAILED',
    'TS_EXPORT_RECOVERED',
  ])
})

test('waits as long as the receiver asks for', async () => {
  const { push, sent } = setUp((_, call) => (call === 1 ? { ...AGAIN, afterMs: 7000 } : ACCEPTED))
  push('a')
  await vi.advanceTimersByTimeAsync(1000 + 6999)
  expect(sent.length).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(sent.length).toBe(2)
})

test('halves a refused batch until the span that is refused stands alone', async () => {
  const { push, sent, fates } = setUp((names) =>
    names.includes('poison') ? { kind: 'refused', reason: 'HTTP 422' } : ACCEPTED,
  )
  for (const name of ['a', 'b', 'poison', 'd']) push(name)
  await vi.advanceTimersByTimeAsync(0)
  // Alone it is tried once more.
  const alone = [['poison'], ['poison']]
  expect(sent).toEqual([['a', 'b', 'poison', 'd'], ['a', 'b'], ['poison', 'd'], ...alone, ['d']])
  expect(Object.fromEntries(fates)).toEqual({ a: 'sent', b: 'sent', poison: 'rejected', d: 'sent' })
  expect(diagnostics).toEqual(['TS_SPAN_REJECTED'])
})

test('keeps everything while the target says that the fault is its own', async () => {
  let broken = true
  const { push, sent, fates } = setUp(() =>
    broken ? { kind: 'refused', reason: 'HTTP 500', serverFault: true } : ACCEPTED,
  )
  const names = Array.from({ length: 32 }, (_, i) => `span-${i}`)
  for (const name of names) push(name)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(fates.size).toBe(0)
  expect(sent.length).toBeLessThan(40)
  broken = false
  await vi.advanceTimersByTimeAsync(600_000)
  expect([...fates.values()]).toEqual(names.map(() => 'sent'))
})

test('counts those that the target did not take of an accepted batch', async () => {
  const { push, fates } = setUp(() => ({ kind: 'accepted', rejectedSpans: 1 }))
  for (const name of ['a', 'b', 'c']) push(name)
  await vi.advanceTimersByTimeAsync(10_000)
  expect([...fates.values()].sort()).toEqual(['rejected', 'sent', 'sent'])
})

test('keeps what is left of a halved batch when the target fails in the middle', async () => {
  const { push, fates } = setUp((_names, call) =>
    call === 1 ? { kind: 'refused', reason: 'too large' } : call === 3 ? AGAIN : ACCEPTED,
  )
  for (const name of ['a', 'b', 'c', 'd']) push(name)
  await vi.advanceTimersByTimeAsync(10_000)
  expect([...fates.values()]).toEqual(['sent', 'sent', 'sent', 'sent'])
})

test('drops the oldest trace whole when the bytes do not fit, and says so', async () => {
  const { queue, push, fates } = setUp(() => AGAIN, { maxBytes: 100_000, batchSpans: 100 })
  push('old-1', 40_000, 1)
  push('new-1', 40_000, 2)
  push('old-2', 10_000, 1)
  push('new-2', 40_000, 2)
  expect(Object.fromEntries(fates)).toEqual({
    'old-1': { dropped: 'queue_full' },
    'old-2': { dropped: 'queue_full' },
  })
  expect(queue.size()).toBe(2)
  expect(diagnostics).toEqual(['TS_QUEUE_FULL'])
})

test('a flush waits for what is on its way, and for no longer than it was told', async () => {
  const { queue, push, fates } = setUp((_, call) => (call < 3 ? AGAIN : ACCEPTED))
  push('a')
  let done = false
  void queue.flush(performance.now() + 60_000).then(() => {
    done = true
  })
  await vi.advanceTimersByTimeAsync(5000)
  expect(done).toBe(true)
  expect(fates.get('a')).toBe('sent')

  const dead = setUp(() => AGAIN)
  dead.push('b')
  let gaveUp = false
  void dead.queue.flush(performance.now() + 2000).then(() => {
    gaveUp = true
  })
  await vi.advanceTimersByTimeAsync(1999)
  expect(gaveUp).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(gaveUp).toBe(true)
  expect(dead.queue.size()).toBe(1)
})

test('after closing, what waits is dropped with the reason, and so is what still comes', async () => {
  const { queue, push, fates } = setUp(() => AGAIN)
  push('a')
  queue.close('shutdown')
  push('b')
  await vi.advanceTimersByTimeAsync(100_000)
  expect(Object.fromEntries(fates)).toEqual({ a: { dropped: 'shutdown' }, b: { dropped: 'shutdown' } })
  expect(queue.size()).toBe(0)
})

test('gives up nothing that is on its way, and no more traces than it must', async () => {
  let answer: (given: ExportResult) => void = () => {}
  const fates = new Map<string, SpanOutcome>()
  const slow = new MemoryQueue(
    {
      name: 'slow',
      send: () =>
        new Promise<ExportResult>((resolve) => {
          answer = resolve
        }),
      shutdown: async () => {},
    },
    {
      maxBytes: 100_000,
      maxSpans: 1000,
      batchSpans: 2,
      delayMs: 1000,
      settled: (span, fate) => fates.set(span.name, fate),
    },
  )
  const add = (name: string, bytes: number, trace: number): void =>
    slow.push(endedSpan({ name, ...inTrace(trace) }), { wire: bytes, held: bytes })
  add('flying-1', 30_000, 1)
  add('flying-2', 30_000, 1)
  await vi.advanceTimersByTimeAsync(0)
  add('late', 10_000, 1)
  add('b', 20_000, 2)
  add('c', 30_000, 3)
  expect(Object.fromEntries(fates)).toEqual({ late: { dropped: 'queue_full' }, b: { dropped: 'queue_full' } })
  answer(ACCEPTED)
  await vi.advanceTimersByTimeAsync(1000)
  answer(ACCEPTED)
  await vi.advanceTimersByTimeAsync(0)
  expect(fates.get('flying-1')).toBe('sent')
  expect(fates.get('c')).toBe('sent')
  expect(slow.size()).toBe(0)
})

test('says once that it is full, also to a listener that fills it further, and again when there is room', async () => {
  let down = true
  const { queue, push, fates } = setUp(() => (down ? AGAIN : ACCEPTED), { maxBytes: 20_000 })
  let said = 0
  const stopListening = onDiagnostic(({ code }) => {
    said += 1
    if (code === 'TS_QUEUE_FULL') push(`traced-${said}`, 5000, 900 + said)
  })
  for (let i = 0; i < 500; i += 1) push(`span-${i}`, 5000, i)
  expect(diagnostics).toEqual(['TS_QUEUE_FULL'])
  const dropped = [...fates.values()].filter((fate) => fate !== 'sent').length
  down = false
  await vi.advanceTimersByTimeAsync(10_000)
  stopListening()
  expect(queue.size()).toBe(0)
  expect(diagnostics).toEqual(['TS_QUEUE_FULL', 'TS_QUEUE_ROOM'])
  expect(dropped).toBeGreaterThan(400)

  down = true
  for (let i = 0; i < 50; i += 1) push(`more-${i}`, 5000, i)
  expect(diagnostics.filter((code) => code === 'TS_QUEUE_FULL')).toHaveLength(2)
})

test('counts the record of a trace once, with all that was said of it', () => {
  const { queue, fates } = setUp(() => AGAIN, { maxBytes: 300_000 })
  const record = newTraceRecord({ traceId: traceId(7), sampled: true })
  const add = (name: string): void =>
    queue.push(endedSpan({ name, traceId: traceId(7), parentSpanId: '1', trace: record }), {
      wire: 100,
      held: 1000,
    })
  for (let i = 0; i < 100; i += 1) add(`child-${i}`)
  expect(fates.size).toBe(0)
  for (let i = 0; i < 60; i += 1) setEntry(record, 'tags', `tag-${i}`, 'x'.repeat(4096))
  record.revision += 1
  add('after tags')
  expect(fates.size).toBe(101)
})

test('gives up what was given back before what came later', async () => {
  const { push, fates } = setUp(() => AGAIN, { maxBytes: 10_000, batchSpans: 2 })
  push('first', 3000, 1)
  push('second', 3000, 2)
  await vi.advanceTimersByTimeAsync(10)
  push('third', 3000, 3)
  push('fourth', 3000, 4)
  expect([...fates.keys()]).toEqual(['first', 'second'])
})

test('texts that wait for a receiver that is down keep no larger ones of the application alive', async () => {
  const { queue } = setUp(() => AGAIN)
  const page = 'x'.repeat(100_000)
  const snapshot = snapshotOf({ part: page.slice(10, 90) })
  const detached = vi.spyOn(snapshot, 'detach')
  const agent = { spanType: 'TOOL', jsonKeys: new Set<string>(), outputs: snapshot }
  queue.push(endedSpan({ agent }), { wire: 100, held: 100 })
  await vi.advanceTimersByTimeAsync(1000)
  vi.useRealTimers()
  await vi.waitFor(() => expect(detached).toHaveBeenCalledTimes(1))
  expect(plainOf(snapshot)).toEqual({ part: 'x'.repeat(80) })
})

test('nor do those that come while it is down, however far away the next attempt is', async () => {
  const { queue } = setUp(() => ({ kind: 'retry', afterMs: 100_000, reason: 'not now' }))
  queue.push(endedSpan({}), { wire: 100, held: 100 })
  await vi.advanceTimersByTimeAsync(1000)
  const snapshot = snapshotOf({ part: 'x'.repeat(100_000).slice(10, 90) })
  const detached = vi.spyOn(snapshot, 'detach')
  queue.push(endedSpan({ agent: { spanType: 'TOOL', jsonKeys: new Set(), outputs: snapshot } }), {
    wire: 100,
    held: 100,
  })
  vi.useRealTimers()
  await vi.waitFor(() => expect(detached).toHaveBeenCalledTimes(1))
  expect(plainOf(snapshot)).toEqual({ part: 'x'.repeat(80) })
})
