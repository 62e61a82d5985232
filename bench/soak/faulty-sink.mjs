import { once } from 'node:events'
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { eachField } from '../sink/protobuf.mjs'

/**
 * An OTLP/HTTP receiver that can be told to misbehave. `onSpan(name, spanId)` hears of every span that it has stored,
 * repetitions included. What it says it has, it has: an answer of 200 is given after `onSpan`.
 */
export async function startFaultySink({ onSpan }) {
  const sockets = new Set()
  const hanging = new Set()
  const counts = { requests: 0, spans: 0, answers: {} }
  let fault = 'none'
  let port = 0
  let server

  const handle = async (request, response) => {
    const chunks = []
    request.on('error', () => {})
    response.on('error', () => {})
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    counts.requests += 1
    const now = FAULTS[fault].answer(counts.requests)
    counts.answers[now.label] = (counts.answers[now.label] ?? 0) + 1
    if (now.delayMs) await new Promise((resolve) => setTimeout(resolve, now.delayMs).unref())
    if (now.hang) return void hanging.add(response)
    if (now.stores) store(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
    if (now.reset) return void request.socket.resetAndDestroy()
    response.writeHead(now.status, { ...now.headers, 'content-type': now.type ?? 'application/x-protobuf' })
    response.end(now.body)
  }

  const store = (body) =>
    eachSpan(body, (name, spanId) => {
      counts.spans += 1
      onSpan(name, spanId)
    })

  const listen = async () => {
    server = createServer((request, response) => void handle(request, response).catch(() => {}))
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = server.address().port
  }

  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    hanging.clear()
    await closed
  }

  await listen()
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    /** Until the next call. `down` refuses connections, `restart` cuts all of them and is well again at once. */
    async misbehave(name) {
      const wasDown = fault === 'down'
      fault = name
      for (const response of hanging) response.destroy()
      hanging.clear()
      if (name === 'down' || name === 'restart') {
        if (!wasDown) await close()
      }
      if (name === 'restart' || (wasDown && name !== 'down')) await listen()
    },
    stop: () => (fault === 'down' ? Promise.resolve() : close()),
  }
}

const well = { label: '200', status: 200, stores: true }
const status = (code, more) => ({ label: String(code), status: code, ...more })

/** How it can misbehave, and what each request is answered meanwhile. */
export const FAULTS = {
  none: { answer: () => well },
  down: { answer: () => well },
  restart: { answer: () => well },
  slow: { answer: (n) => ({ ...well, label: 'slow 200', delayMs: 300 + ((n * 379) % 3000) }) },
  'status 500': { answer: () => status(500, { type: 'text/plain', body: 'database is locked' }) },
  'status 503': { answer: () => status(503) },
  'status 429': { answer: () => status(429, { headers: { 'retry-after': '1' } }) },
  'status 401': { answer: () => status(401) },
  'every other 502': { answer: (n) => (n % 2 === 0 ? status(502) : well) },
  'web page': { answer: () => status(200, { label: 'web page', type: 'text/html', body: '<html></html>' }) },
  reset: { answer: () => ({ label: 'reset', reset: true }) },
  'stored then reset': { answer: () => ({ label: 'stored then reset', reset: true, stores: true }) },
  hang: { answer: () => ({ label: 'hang', hang: true }) },
}

function eachSpan(request, visit) {
  eachField(request, (field, resourceSpans) => {
    if (field !== 1) return
    eachField(resourceSpans, (inner, scopeSpans) => {
      if (inner !== 2) return
      eachField(scopeSpans, (last, span) => {
        if (last !== 2) return
        let name = ''
        let spanId = ''
        eachField(span, (key, value) => {
          if (key === 5) name = value.toString()
          else if (key === 2) spanId = value.toString('hex')
        })
        visit(name, spanId)
      })
    })
  })
}
