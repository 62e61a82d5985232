import { createServer, type Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { resourceLike } from '../../../src/export/targets/resource.ts'
import { serialise, serialiseInSlices } from '../../../src/export/targets/serialise.ts'
import { createRequestBuffers } from '../../../src/export/transport/request-buffers.ts'
import { encodeInSteps, encodeRequest, type Steps } from '../../../src/otlp/request.ts'
import { request } from '../../../src/runtime/http.ts'
import { realTime } from '../../../src/runtime/real-time.ts'
import type { Captured } from '../../../src/span/capture/captured.ts'
import type { EndedSpan } from '../../../src/span/ended-span.ts'
import { snapshotOf } from '../../../src/span/snapshot/snapshot.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { endedSpan } from '../ended-span.ts'

const options = { contentKeys: 'both', legacySemconv: false, mlflow: false } as const
const resource = resourceLike({ 'service.name': 'test' })
const spansOf = (count: number, text: string) =>
  Array.from({ length: count }, (_, i) =>
    endedSpan({
      name: `span ${i}`,
      agent: { spanType: 'TOOL', jsonKeys: new Set(), inputs: snapshotOf({ i, text }) },
    }),
  )

test('memory of a request serves the next one, once nobody uses it', () => {
  const buffers = createRequestBuffers()
  const first = buffers.take(1000)
  expect(buffers.take(1000).buffer).not.toBe(first.buffer)
  const second = buffers.take(1000)
  buffers.giveBack(second.subarray(10, 20))
  expect(buffers.take(500).buffer).toBe(second.buffer)
  buffers.giveBack(second)
  expect(buffers.take(2000).length).toBe(2000)
})

test('what is no part of a buffer that was lent is not taken', () => {
  const buffers = createRequestBuffers()
  buffers.take(1000)
  // A part of the memory that Node itself gives out for small buffers.
  const foreign = Buffer.from('somebody else is using the memory around it')
  buffers.giveBack(foreign)
  expect(buffers.take(10).buffer).not.toBe(foreign.buffer)
})

test.each([
  ['small', 3, 'x'],
  ['large', 400, 'some text, ä and 漢 '.repeat(200)],
])('%s requests written in slices are what is written at once', async (_, count, text) => {
  const spans = spansOf(count, text)
  const sliced = await serialiseInSlices(spans, resource, options, Buffer.allocUnsafeSlow)
  expect(Buffer.compare(sliced, serialise(spans, resource, options))).toBe(0)
})

test('a request is the same whatever is in the buffer, and wherever it becomes too small', () => {
  const said = (inputs: Captured, outputs: Captured, spanType: string): EndedSpan =>
    endedSpan({
      name: 'work',
      agent: { spanType, jsonKeys: new Set(), inputs: snapshotOf(inputs), outputs: snapshotOf(outputs) },
    })
  const messages = [{ role: 'user', content: 'a "question", 漢字\n' }]
  for (const span of [said({ x: 1 }, 1, 'TOOL'), said({ messages }, 'an answer', 'CHAT_MODEL')]) {
    const expected = encodeRequest([span], {}, options)
    for (let bytes = 16; bytes < expected.length + 1000; bytes += 1) {
      const written = atOnce(encodeInSteps([span], {}, options, () => Buffer.alloc(bytes, 0xc0)))
      expect(Buffer.compare(written, expected), `a buffer of ${bytes} bytes`).toBe(0)
    }
  }
})

function atOnce(steps: Steps<Uint8Array>): Uint8Array {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

test('others have their turn while a large request is written', async () => {
  let turns = 0
  let isOver = false
  const count = (): void => {
    turns += 1
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  await serialiseInSlices(spansOf(1500, 'x'.repeat(4000)), resource, options, Buffer.allocUnsafeSlow)
  isOver = true
  expect(turns).toBeGreaterThan(3)
})

test('a request that is not urgent leaves the loop alone between its slices, and hurries once it is', async () => {
  const spans = spansOf(1500, 'x'.repeat(4000))
  const pauses = vi.spyOn(realTime, 'start')
  const turns = vi.spyOn(realTime, 'turn')
  const write = (isUrgent: () => boolean) =>
    serialiseInSlices(spans, resource, options, Buffer.allocUnsafeSlow, isUrgent)
  const slow = await write(() => false)
  expect([pauses.mock.calls.length > 5, turns.mock.calls.length]).toEqual([true, 0])
  pauses.mockClear()
  let asked = 0
  const hurried = await write(() => {
    asked += 1
    return asked > 3
  })
  expect([pauses.mock.calls.length, turns.mock.calls.length > 2]).toEqual([1, true])
  expect(Buffer.compare(slow, hurried)).toBe(0)
})

test('a large request is written in an event loop that waits for nothing else', async () => {
  const before = process.uptime()
  await serialiseInSlices(spansOf(1500, 'x'.repeat(4000)), resource, options, Buffer.allocUnsafeSlow)
  expect(process.uptime() - before).toBeLessThan(30)
})

test('an answer that came before the whole request had left says so', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.pause()
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  // More than the buffers of any socket take.
  const body = Buffer.alloc(64 * 1024 * 1024)
  const answer = await request(`http://127.0.0.1:${port}/`, { method: 'POST', body, timeoutMs: 10_000 })
  expect(answer.bodySent).toBe(false)
  for (const socket of sockets) socket.destroy()
  server.close()
})

test('an answer to a whole request says so', async () => {
  await using server = await startOtlpHttp({})
  const body = Buffer.alloc(1024)
  const answer = await request(`${server.url}/v1/traces`, { method: 'POST', body, timeoutMs: 10_000 })
  expect(answer.bodySent).toBe(true)
})
