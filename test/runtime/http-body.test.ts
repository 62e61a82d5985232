import type { ServerOptions } from 'node:https'
import { afterEach, expect, test, vi } from 'vitest'
import { request } from '../../src/runtime/http.ts'
import { realTime } from '../../src/runtime/real-time.ts'
import { loadTls } from '../../src/runtime/tls-files.ts'
import { makeCertificates } from '../support/tls.ts'
import { startHttp, startTcp } from './raw-server.ts'

const MIB = 1024 * 1024
const body = Buffer.from(Array.from({ length: MIB }, (_, i) => (i * 31) % 251))
const never = (): boolean => false
const send = (url: string, isUrgent?: () => boolean) =>
  request(url, { method: 'POST', body, timeoutMs: 20_000, background: true, ...(isUrgent && { isUrgent }) })

afterEach(() => void vi.restoreAllMocks())

/** A server that says whether it got {@link body}, and how. */
const startReader = (tls?: ServerOptions) =>
  startHttp((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers
      const isWhole = Buffer.compare(Buffer.concat(chunks), body) === 0
      answer.end(JSON.stringify({ isWhole, length, encoding }))
    })
  }, tls)

test.each([
  ['pieces, while it is not urgent', never, 8],
  ['pieces, as long as it is not urgent', isUrgentAfter(3), 3],
  ['one piece, when it is urgent', () => true, 0],
  ['one piece, when nobody says so', undefined, 0],
])('a large body leaves in %s', async (_, isUrgent, pauses) => {
  await using server = await startReader()
  const started = vi.spyOn(realTime, 'start')
  const answer = await send(server.origin, isUrgent)
  expect(JSON.parse(answer.body.toString())).toEqual({ isWhole: true, length: String(MIB) })
  expect(answer.bodySent).toBe(true)
  expect(started.mock.calls.filter(([, ms]) => ms === 1)).toHaveLength(Math.max(0, pauses - 1))
})

function isUrgentAfter(times: number): () => boolean {
  let asked = 0
  return () => {
    asked += 1
    return asked >= times
  }
}

test('a kept connection that the server has closed is found out between pieces, and the body is sent again, whole', async () => {
  let cut = true
  await using server = await startHttp((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (incoming.method !== 'POST' || !cut) return
      cut = false
      incoming.socket.resetAndDestroy()
    })
    incoming.on('end', () => answer.end(String(Buffer.compare(Buffer.concat(chunks), body))))
  })
  await request(server.origin, { timeoutMs: 5000 })
  expect((await send(server.origin, never)).body.toString()).toBe('0')
  expect([cut, server.connections()]).toEqual([false, 2])
  expect((await send(server.origin, never)).body.toString()).toBe('0')
  expect(server.connections()).toBe(2)
})

test('pieces go through TLS', async () => {
  await using certificates = await makeCertificates()
  const { cert, key, caFile } = certificates
  await using server = await startReader({ cert, key })
  const tls = await loadTls({ caFile, insecure: false })
  const url = `https://localhost:${server.port}/`
  const answer = await request(url, { method: 'POST', body, timeoutMs: 20_000, tls, isUrgent: never })
  expect(JSON.parse(answer.body.toString())).toMatchObject({ isWhole: true })
})

test('a connection that is cut between two pieces is one error, and no piece follows', async () => {
  await using server = await startTcp((socket) => {
    socket.once('data', () => socket.destroy())
  })
  const thrown = await send(server.origin, never).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ name: 'HttpError', kind: 'reset' })
})

test('an answer that comes before the last piece is taken', async () => {
  await using server = await startTcp((socket) => {
    socket.on('error', () => {})
    socket.once('data', () =>
      socket.end('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
    )
  })
  const answer = await send(server.origin, never)
  expect(answer).toMatchObject({ status: 413, bodySent: false })
})

test('pieces wait for a receiver that reads slowly, and the deadline ends them', async () => {
  await using server = await startTcp((socket) => void socket.pause())
  const large = Buffer.alloc(64 * MIB)
  const attempt = request(server.origin, { method: 'POST', body: large, timeoutMs: 500, isUrgent: never })
  await expect(attempt).rejects.toMatchObject({ kind: 'timeout' })
})
