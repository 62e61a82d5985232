import { expect, test } from 'vitest'
import { request } from '../../src/runtime/http.ts'
import { HttpError } from '../../src/runtime/http-error.ts'
import { loadTls } from '../../src/runtime/tls-files.ts'
import { makeCertificates } from '../support/tls.ts'
import { startHttp, startTcp } from './raw-server.ts'

const failureOf = async (promise: Promise<unknown>): Promise<HttpError> => {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(thrown instanceof HttpError)) throw new Error(`expected an HttpError, got ${String(thrown)}`)
  return thrown
}

test('sends method, headers and body, and gives status, headers and body', async () => {
  await using server = await startHttp((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      answer.writeHead(207, { 'x-echo': [String(incoming.method), 'two'] })
      answer.end(
        JSON.stringify({
          url: incoming.url,
          key: incoming.headers['x-key'],
          length: incoming.headers['content-length'],
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
  })
  const answer = await request(`${server.origin}/a?b=c`, {
    method: 'POST',
    headers: { 'x-key': 'k' },
    body: 'é',
    timeoutMs: 5000,
  })
  expect(answer.status).toBe(207)
  expect(answer.headers['x-echo']).toBe('POST, two')
  expect(answer.truncated).toBe(false)
  expect(JSON.parse(answer.body.toString('utf8'))).toEqual({
    url: '/a?b=c',
    key: 'k',
    length: '2',
    body: 'é',
  })
})

test('returns a redirect as it is, and sends credentials nowhere else', async () => {
  let strangers = 0
  await using stranger = await startHttp((_, answer) => {
    strangers += 1
    answer.end('caught')
  })
  await using server = await startHttp((_, answer) => {
    answer.writeHead(302, { location: `${stranger.origin}/login` }).end()
  })
  const answer = await request(server.origin, { headers: { authorization: 'Bearer s' }, timeoutMs: 5000 })
  expect(answer.status).toBe(302)
  expect(answer.headers.location).toBe(`${stranger.origin}/login`)
  expect(strangers).toBe(0)
})

test('takes no credentials from the URL', async () => {
  await using server = await startHttp((incoming, answer) =>
    answer.end(incoming.headers.authorization ?? 'none'),
  )
  const answer = await request(`http://user:secret@127.0.0.1:${server.port}/`, { timeoutMs: 5000 })
  expect(answer.body.toString()).toBe('none')
})

test('keeps the connection for the next request', async () => {
  await using server = await startHttp((_, answer) => answer.end('ok'))
  for (let i = 0; i < 3; i += 1) await request(server.origin, { timeoutMs: 5000 })
  expect(server.connections()).toBe(1)
})

test('asks again on a new connection when a kept one was closed by the server', async () => {
  await using server = await startTcp((socket) => {
    let requests = 0
    socket.on('data', () => {
      requests += 1
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      else socket.resetAndDestroy()
    })
  })
  await request(server.origin, { timeoutMs: 5000 })
  const again = await request(server.origin, { method: 'POST', body: 'x', timeoutMs: 5000 })
  expect(again.body.toString()).toBe('ok')
  expect(server.connections()).toBe(2)
})

test('does not repeat a request whose fresh connection was closed', async () => {
  await using server = await startTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const error = await failureOf(request(server.origin, { timeoutMs: 5000 }))
  expect(error.kind).toBe('reset')
  expect(server.connections()).toBe(1)
})

test.each([
  ['never answers', () => {}],
  ['drips its body', (write: (text: string) => void) => setInterval(() => write('x'), 20)],
] as const)('gives up on a server that %s after the whole time is over', async (_, drip) => {
  let timer: NodeJS.Timeout | undefined
  await using server = await startTcp((socket) => {
    socket.once('data', () => {
      if (drip.length > 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
      timer = drip((text) => socket.write(text)) ?? undefined
      socket.once('close', () => clearInterval(timer))
    })
  })
  const begin = performance.now()
  const error = await failureOf(request(server.origin, { timeoutMs: 300 }))
  clearInterval(timer)
  expect(error.kind).toBe('timeout')
  expect(error.message).toContain('300 ms')
  expect(performance.now() - begin).toBeLessThan(3000)
})

test('cuts an endless answer', async () => {
  await using server = await startHttp((_, answer) => {
    const more = (): void => {
      while (answer.write('y'.repeat(10_000)));
      answer.once('drain', more)
    }
    more()
  })
  const answer = await request(server.origin, { timeoutMs: 5000, maxBytes: 123_456 })
  expect(answer.truncated).toBe(true)
  expect(answer.body.length).toBe(123_456)
})

test('gives up when the signal aborts, and before sending when it has', async () => {
  let seen = 0
  const controller = new AbortController()
  await using server = await startHttp(() => {
    seen += 1
    controller.abort()
  })
  const during = await failureOf(request(server.origin, { timeoutMs: 5000, signal: controller.signal }))
  expect(during.kind).toBe('aborted')
  const before = await failureOf(request(server.origin, { timeoutMs: 5000, signal: controller.signal }))
  expect(before.kind).toBe('aborted')
  expect(seen).toBe(1)
})

test('says that nothing listens', async () => {
  const server = await startTcp(() => {})
  await server[Symbol.asyncDispose]()
  const error = await failureOf(request(`${server.origin}/x`, { timeoutMs: 5000 }))
  expect(error).toMatchObject({ kind: 'refused', code: 'ECONNREFUSED' })
  expect(error.message).toContain(`${server.origin}: nothing accepts connections there`)
})

test('says that a host name is unknown', async () => {
  const error = await failureOf(request('http://no-such-host.invalid', { timeoutMs: 10_000 }))
  expect(error.kind).toBe('dns')
  expect(error.message).toContain('http://no-such-host.invalid')
})

test('says that what answers does not speak HTTP', async () => {
  await using server = await startTcp((socket) => socket.write('\0\0\x06\x04\0\0\0\0\0SSH-2.0'))
  const error = await failureOf(request(server.origin, { timeoutMs: 5000 }))
  expect(error.kind).toBe('not-http')
})

test('says that an answer broke off', async () => {
  await using server = await startTcp((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')),
  )
  expect((await failureOf(request(server.origin, { timeoutMs: 5000 }))).kind).toBe('reset')
})

test('never shows a header that cannot be sent', async () => {
  const error = await failureOf(
    request('http://127.0.0.1:1', { headers: { authorization: 'Bearer sec\nret' }, timeoutMs: 5000 }),
  )
  expect(error.kind).toBe('invalid-request')
  expect(error.message).not.toContain('sec')
})

test.each(['not a url', 'ftp://host/x', ''])('refuses the address %j', async (url) => {
  expect((await failureOf(request(url, { timeoutMs: 5000 }))).kind).toBe('invalid-request')
})

test('trusts a private authority only when it is given, and says how to give it', async () => {
  await using certificates = await makeCertificates()
  const { cert, key, caFile } = certificates
  await using server = await startHttp((_, answer) => answer.end('safe'), { cert, key })
  const url = `https://localhost:${server.port}/`
  const error = await failureOf(request(url, { timeoutMs: 5000 }))
  expect(error.kind).toBe('tls')
  expect(error.message).toContain('MLFLOW_TRACKING_SERVER_CERT_PATH')
  const trusting = await request(url, { timeoutMs: 5000, tls: await loadTls({ caFile, insecure: false }) })
  expect(trusting.body.toString()).toBe('safe')
  const insecure = await request(url, { timeoutMs: 5000, tls: await loadTls({ insecure: true }) })
  expect(insecure.body.toString()).toBe('safe')
})

test('shows a client certificate, and says when one is missing', async () => {
  await using certificates = await makeCertificates()
  const { ca, cert, key, caFile, clientCertFile, clientKeyFile } = certificates
  const options = { cert, key, ca, requestCert: true, rejectUnauthorized: true }
  await using server = await startHttp((_, answer) => answer.end('known'), options)
  const url = `https://localhost:${server.port}/`
  const bare = await loadTls({ caFile, insecure: false })
  const error = await failureOf(request(url, { timeoutMs: 5000, tls: bare }))
  expect(['tls', 'reset']).toContain(error.kind)
  const files = { caFile, clientCertFile, clientKeyFile, insecure: false }
  const answer = await request(url, { timeoutMs: 5000, tls: await loadTls(files) })
  expect(answer.body.toString()).toBe('known')
})

test('says that the server does not speak TLS', async () => {
  await using server = await startHttp((_, answer) => answer.end('plain'))
  const error = await failureOf(request(`https://127.0.0.1:${server.port}/`, { timeoutMs: 5000 }))
  expect(error.kind).toBe('tls')
  expect(error.message).toContain('http://')
})
