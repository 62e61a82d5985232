import { afterEach, expect, test } from 'vitest'
import { createKeepFilter } from '../../src/export/keep.ts'
import type { ExportResult } from '../../src/export/statistics/export-result.ts'
import type { PendingTraceInfo } from '../../src/export/trace-info/pending-trace-info.ts'
import { TraceInfoQueue } from '../../src/export/trace-info/trace-info-queue.ts'
import { type Diagnostic, onDiagnostic } from '../../src/runtime/diagnostics.ts'
import { newTraceRecord } from '../../src/span/trace-record.ts'
import { TraceTable } from '../../src/tracer/trace-table.ts'
import { endedSpan } from './ended-span.ts'

const said: Diagnostic[] = []
onDiagnostic((diagnostic) => said.push(diagnostic))
afterEach(() => {
  said.length = 0
})

const traceId = (n: number): string => n.toString(16).padStart(32, '0')

const completion = (n: number, tag: string): PendingTraceInfo => ({
  traceId: traceId(n),
  startTimeMs: 1,
  endTimeMs: 2,
  state: 'OK',
  metadata: {},
  tags: { tag },
  rootIsRemote: false,
})

test('what is said of traces waits within its bytes, and what must go is said once', async () => {
  let answer: ExportResult = { kind: 'retry', reason: 'down' }
  const target = {
    name: 'a target',
    send: async () => answer,
    complete: async () => answer,
    shutdown: async () => {},
  }
  const completions = new TraceInfoQueue(target, 100_000)
  for (let i = 0; i < 200; i += 1) completions.push(completion(i, 'x'.repeat(4096)))
  expect(completions.size).toBeGreaterThan(15)
  expect(completions.size).toBeLessThan(25)
  expect(completions.contents.at(-1)?.traceId).toBe(traceId(199))
  expect(said.map(({ code }) => code)).toEqual(['TS_TRACE_METADATA_LOST'])
  answer = { kind: 'accepted' }
  await completions.flush(performance.now() + 10_000)
  expect(completions.size).toBe(0)
  completions.close()
  expect(said).toHaveLength(1)
})

test('the metadata of all traces that are left at the end is said in one line', () => {
  const target = { name: 'a target', send: async () => never(), complete: never, shutdown: async () => {} }
  const completions = new TraceInfoQueue(target, 1_000_000)
  for (let i = 0; i < 30; i += 1) completions.push(completion(i, 'tag'))
  completions.close()
  expect(said.map(({ code, data }) => [code, data.count])).toEqual([['TS_TRACE_METADATA_LOST', 30]])
})

const never = (): Promise<ExportResult> => new Promise(() => {})

test('the filter of agent spans counts what it holds, and nothing of what it has let go', () => {
  const filter = createKeepFilter(() => {})
  const trace = newTraceRecord({ traceId: traceId(1), sampled: true })
  const above = {
    spanId: 'aaaaaaaaaaaaaaaa',
    external: true,
    parent: { spanId: 'b', external: true, parent: undefined, usageBelow: undefined, modelsBelow: undefined },
    usageBelow: undefined,
    modelsBelow: undefined,
  }
  trace.open.add(above)
  const below = () =>
    endedSpan({
      trace,
      parentSpanId: above.spanId,
      attributes: { 'gen_ai.prompt': 'x'.repeat(10_000) },
    })
  for (let i = 0; i < 10; i += 1) expect(filter.take(below())).toEqual([])
  expect(filter.held()).toBeGreaterThan(100_000)
  expect(filter.release()).toHaveLength(10)
  expect(filter.held()).toBe(0)
})

test('of more open traces than are kept the oldest is forgotten, also where many have ended in between', () => {
  const table = new TraceTable()
  const records = Array.from({ length: 60_000 }, (_, i) =>
    newTraceRecord({ traceId: traceId(i), sampled: true }),
  )
  for (const [i, record] of records.entries()) {
    table.add(record)
    if (i % 10 === 0) table.touched(record)
  }
  expect(table.openCount).toBe(50_000)
  const open = records.filter((_, i) => i % 10 !== 0)
  expect(table.openTraces).toEqual(open.slice(-50_000))
  expect(table.find(open[0]?.traceId ?? '')).toBeUndefined()
  expect(table.find(open.at(-1)?.traceId ?? '')).toBe(open.at(-1))
})
