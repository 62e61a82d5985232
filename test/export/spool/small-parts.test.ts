import fc from 'fast-check'
import { expect, test } from 'vitest'
import { covers, decodeAcks, encodeAck, merge } from '../../../src/export/spool/ack.ts'
import { describeRecord } from '../../../src/export/spool/describe-record.ts'
import { decodeHeader, encodeHeader, HEADER_BYTES } from '../../../src/export/spool/header.ts'
import { isAlive, thisOwner } from '../../../src/export/spool/owner.ts'
import { targetKey } from '../../../src/export/spool/target-key.ts'
import { encodeRecord } from '../../../src/otlp/request.ts'
import { configOf } from '../../config/resolving.ts'
import { endedSpan } from '../ended-span.ts'

const stretch = fc
  .nat(100)
  .chain((from) => fc.integer({ min: 1, max: 50 }).map((n) => ({ from, to: from + n })))
const stretches = fc.array(stretch, { maxLength: 12 })

test('merged stretches cover the same bytes, in order and apart', () => {
  const bytesOf = (list: readonly { from: number; to: number }[]): Set<number> =>
    new Set(list.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)))
  fc.assert(
    fc.property(stretches, (list) => {
      const merged = merge(list)
      expect(bytesOf(merged)).toEqual(bytesOf(list))
      for (const [index, { from }] of merged.entries()) {
        if (index > 0) expect(from).toBeGreaterThan(merged[index - 1]?.to ?? 0)
      }
      for (const one of list) expect(covers(merged, one)).toBe(true)
    }),
  )
})

test('acknowledgements come back, those said twice once, and torn or damaged ones not at all', () => {
  fc.assert(
    fc.property(stretches, fc.nat(11), (list, cut) => {
      const bytes = Buffer.concat([...list, ...list].map(encodeAck))
      expect(decodeAcks(bytes)).toEqual(merge(list))
      const torn = Buffer.concat([bytes, encodeAck({ from: 500, to: 600 }).subarray(0, cut)])
      expect(decodeAcks(torn)).toEqual(merge(list))
      for (let at = 0; at < bytes.length; at += 1) {
        const hurt = Buffer.from(bytes)
        hurt[at] = (hurt[at] ?? 0) ^ 1
        expect(decodeAcks(hurt)).toEqual(merge(list))
      }
    }),
    { numRuns: 40 },
  )
})

test('a header comes back, and is unreadable with any byte changed or missing', () => {
  const header = { version: 1, key: '0123456789abcdef', createdMs: 1_800_000_000_123 }
  const bytes = encodeHeader(header)
  expect(bytes.length).toBe(HEADER_BYTES)
  expect(decodeHeader(bytes)).toEqual(header)
  for (let at = 0; at < bytes.length; at += 1) {
    expect(decodeHeader(bytes.subarray(0, at))).toBeUndefined()
    const hurt = Buffer.from(bytes)
    hurt[at] = (hurt[at] ?? 0) ^ 0x10
    expect(decodeHeader(hurt)).toBeUndefined()
  }
})

test('a record says which span it is', () => {
  const span = endedSpan({ name: 'tool:größe' })
  const options = { contentKeys: 'gen_ai', legacySemconv: false, mlflow: false } as const
  const record = encodeRecord(span, { 'service.name': 'a', b: 2.5 }, options)
  expect(describeRecord(record)).toEqual({ name: span.name, traceId: span.traceId, spanId: span.spanId })
})

test('bytes that are no record say nothing, and break nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(typeof describeRecord(bytes).name).toBe('string')
    }),
  )
})

test('a process is alive while it runs, and another with its ID is not it', () => {
  const self = thisOwner()
  const now = Date.now()
  expect(isAlive(JSON.stringify(self), now, self)).toBe(true)
  expect(isAlive(JSON.stringify(self), now - 3_600_000, self)).toBe(true)
  expect(isAlive(JSON.stringify({ ...self, pid: 2 ** 22 + 7 }), now, self)).toBe(false)
  const { started, ...withoutStart } = self
  if (started !== undefined) {
    expect(isAlive(JSON.stringify({ ...self, started: 'another time' }), now, self)).toBe(false)
  }
  expect(isAlive(JSON.stringify(withoutStart), now, self)).toBe(true)
  expect(isAlive(JSON.stringify({ ...withoutStart, bootMs: self.bootMs - 86_400_000 }), now, self)).toBe(
    false,
  )
})

test('of a process on another machine or in another container, only its heartbeat is believed', () => {
  const self = thisOwner()
  const now = Date.now()
  const elsewhere = JSON.stringify({ ...self, pid: 2 ** 22 + 7, space: 'elsewhere' })
  expect(isAlive(elsewhere, now - 60_000, self)).toBe(true)
  expect(isAlive(elsewhere, now - 3_600_000, self)).toBe(false)
  expect(isAlive('{"pid":', now, self)).toBe(true)
  expect(isAlive('{"pid":', now - 3_600_000, self)).toBe(false)
})

test('the key names the receiver and the place in it, and nothing that is secret or changes', () => {
  const keyOf = (env: Record<string, string>, service?: string): string => {
    const target = configOf(env).targets[0]
    if (target === undefined) throw new Error('no target')
    return targetKey(target, service)
  }
  const env = { MLFLOW_TRACKING_URI: 'http://mlflow:5000', MLFLOW_EXPERIMENT_ID: '1' }
  const key = keyOf(env)
  expect(key).toMatch(/^[0-9a-f]{16}$/)
  expect(keyOf({ ...env, MLFLOW_TRACKING_TOKEN: 'secret' })).toBe(key)
  expect(keyOf(env, 'a service')).toBe(key)
  expect(keyOf({ ...env, MLFLOW_EXPERIMENT_ID: '2' })).not.toBe(key)
  expect(keyOf({ ...env, MLFLOW_WORKSPACE: 'team' })).not.toBe(key)
  expect(keyOf({ ...env, MLFLOW_RUN_ID: 'abc' })).not.toBe(key)
  expect(keyOf({ ...env, MLFLOW_TRACKING_URI: 'http://other:5000' })).not.toBe(key)
  const unnamed = { MLFLOW_TRACKING_URI: 'http://mlflow:5000' }
  expect(keyOf(unnamed, 'one')).not.toBe(keyOf(unnamed, 'two'))
})
