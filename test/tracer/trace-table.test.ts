import { expect, test } from 'vitest'
import { newTraceRecord } from '../../src/span/trace-record.ts'
import { TraceTable } from '../../src/tracer/trace-table.ts'

const recordOf = (n: number) => newTraceRecord({ traceId: String(n).padStart(32, '0'), sampled: true })

test('a trace that two tables know is open, and closed, in each of them', () => {
  const [first, second] = [new TraceTable(), new TraceTable()]
  const record = recordOf(1)
  for (const table of [first, second]) {
    table.add(record)
    table.add(record)
    expect(table.openCount).toBe(1)
  }
  first.touched(record)
  expect([first.openCount, second.openCount]).toEqual([0, 1])
  expect(second.openTraces).toEqual([record])
  expect(first.find(record.traceId)).toBe(record)
  second.touched(record)
  expect(second.openCount).toBe(0)
})

test('closed traces are forgotten, the one first that was closed first, unless it was opened again', () => {
  const table = new TraceTable()
  const records = Array.from({ length: 502 }, (_, i) => recordOf(i))
  const close = (record: ReturnType<typeof recordOf>): void => {
    table.add(record)
    table.touched(record)
  }
  const [reopened, forgotten, ...others] = records as [(typeof records)[0], (typeof records)[0]]
  close(reopened)
  close(forgotten)
  table.add(reopened)
  for (const record of others) close(record)
  for (const n of [1000, 1001]) close(recordOf(n))
  expect(table.find(reopened.traceId)).toBe(reopened)
  expect(table.find(forgotten.traceId)).toBeUndefined()
  expect(table.openTraces).toEqual([reopened])
})
