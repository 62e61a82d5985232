import { expect, test } from 'vitest'
import { TurnspanIdGenerator } from '../../src/ids/id-generator.ts'
import { newSpanId, newTraceId } from '../../src/ids/span-ids.ts'

test('makes random IDs of the right length that do not repeat', () => {
  const traces = Array.from({ length: 5000 }, newTraceId)
  const spans = Array.from({ length: 5000 }, newSpanId)
  expect(new Set(traces).size).toBe(5000)
  expect(new Set(spans).size).toBe(5000)
  for (const id of traces) expect(id).toMatch(/^[0-9a-f]{32}$/)
  for (const id of spans) expect(id).toMatch(/^[0-9a-f]{16}$/)
})

test('gives forced IDs inside withIds only, also when the start throws', () => {
  const ids = new TurnspanIdGenerator({
    generateTraceId: () => 'inner-trace',
    generateSpanId: () => 'inner-span',
  })
  expect(ids.withIds({ traceId: 'forced' }, () => [ids.generateTraceId(), ids.generateSpanId()])).toEqual([
    'forced',
    'inner-span',
  ])
  expect(() =>
    ids.withIds({ traceId: 'forced' }, () => {
      throw new Error('start failed')
    }),
  ).toThrow('start failed')
  expect(ids.generateTraceId()).toBe('inner-trace')
})
