import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import type { MlflowConfig } from '../../src/config/config.ts'
import { createAuth } from '../../src/mlflow/auth.ts'
import { MlflowError } from '../../src/mlflow/error.ts'
import { createRest, type Rest, type RestCall } from '../../src/mlflow/rest.ts'
import { TurnspanError } from '../../src/runtime/errors.ts'
import { realTime } from '../../src/runtime/real-time.ts'
import { makeCertificates } from '../support/tls.ts'
import { mlflowError, type Reply, restConfig, scripted } from './scripted-server.ts'

const answer = () => z.object({ n: z.number() })
const connect = (baseUrl: string, more: Partial<MlflowConfig> = {}): Rest => {
  const config = restConfig(baseUrl, more)
  return createRest(config, { insecure: false }, createAuth(config.auth))
}
const get = (rest: Rest, call: Partial<RestCall<{ n: number }>> = {}): Promise<{ n: number }> =>
  rest.call('GET', '/api/x', { answer, ...call })
const failureOf = async (promise: Promise<unknown>): Promise<MlflowError> => {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(thrown instanceof MlflowError)) throw new Error(`expected an MlflowError, got ${String(thrown)}`)
  return thrown
}

test('sends query, body, workspace and credentials, and gives the parsed answer', async () => {
  await using server = await scripted(() => ({ body: { n: 1, more: true } }))
  const rest = connect(`${server.origin}/prefix`, { workspace: 'team-a', auth: { token: 't' } })
  const call = { query: { a: 'é&', list: ['1', '2'], none: undefined }, body: { b: 1 }, answer }
  expect(await rest.call('POST', '/api/x', call)).toEqual({ n: 1 })
  const [seen] = server.seen
  expect(seen).toMatchObject({
    method: 'POST',
    path: '/prefix/api/x?a=%C3%A9%26&list=1&list=2',
    body: { b: 1 },
  })
  expect(seen?.headers).toMatchObject({
    'x-mlflow-workspace': 'team-a',
    authorization: 'Bearer t',
    'content-type': 'application/json',
  })
})

test.each([408, 429, 502, 503, 504])('asks again after %i', async (status) => {
  await using server = await scripted((_, i) => (i === 0 ? { status } : { body: { n: 2 } }))
  expect(await get(connect(server.origin))).toEqual({ n: 2 })
  expect(server.seen).toHaveLength(2)
})

test('waits as long as Retry-After says', async () => {
  const first: Reply = { status: 429, headers: { 'retry-after': '1' } }
  await using server = await scripted((_, i) => (i === 0 ? first : { body: { n: 3 } }))
  const begin = performance.now()
  await get(connect(server.origin))
  expect(performance.now() - begin).toBeGreaterThan(990)
})

test('gives up after the configured number of repeats', async () => {
  await using server = await scripted(() => ({
    status: 503,
    headers: { 'retry-after': '0.2' },
    body: 'busy',
  }))
  const error = await failureOf(get(connect(server.origin, { maxRetries: 1 })))
  expect(server.seen).toHaveLength(2)
  expect(error).toMatchObject({ status: 503, retryable: true, retryAfterMs: 200, failure: 'status' })
  expect(error.message).toContain(`GET /api/x on ${new URL(server.origin).host}: answered 503: busy`)
})

test.each([
  ['always', 500, 3],
  ['writes', 500, 1],
  ['never', 500, 1],
  ['never', 502, 1],
  ['never', 503, 3],
] as const)(
  'sends a call that may be repeated "%s" after %i in all %i times',
  async (repeat, status, times) => {
    await using server = await scripted(() => ({ status }))
    await failureOf(connect(server.origin).call('POST', '/api/x', { answer, repeat }))
    expect(server.seen).toHaveLength(times)
  },
)

test('answers within seconds where nothing listens, however often it may ask again', async () => {
  let now = 0
  vi.spyOn(realTime, 'uptimeMs').mockImplementation(() => now)
  const { start } = realTime
  vi.spyOn(realTime, 'start').mockImplementation((work, ms) => {
    // The waits between the attempts pass at once; the deadlines of the requests, half a minute or what is left of it, never come.
    const isWait = ms < 15_000
    if (isWait) now += ms
    return start(work, isWait ? 0 : ms)
  })
  const rest = connect('http://127.0.0.1:9', { maxRetries: 7, requestTimeoutMs: 30_000 })
  expect(await failureOf(get(rest))).toMatchObject({ failure: 'network', retryable: true })
  expect(now).toBeGreaterThan(1000)
  expect(now).toBeLessThanOrEqual(5000)
})

test('asks again when the connection is refused', async () => {
  const server = await scripted(() => ({ body: { n: 1 } }))
  await server[Symbol.asyncDispose]()
  const begin = performance.now()
  const error = await failureOf(get(connect(server.origin, { maxRetries: 1 })))
  expect(performance.now() - begin).toBeGreaterThan(240)
  expect(error).toMatchObject({ failure: 'network', retryable: true })
  expect(error.message).toContain('nothing accepts connections')
})

test('does not ask again what was answered with 400, and names code and message', async () => {
  await using server = await scripted(() => mlflowError(400, 'INVALID_PARAMETER_VALUE', 'no such thing'))
  const error = await failureOf(get(connect(server.origin)))
  expect(server.seen).toHaveLength(1)
  expect(error).toMatchObject({ code: 'ERR_MLFLOW', errorCode: 'INVALID_PARAMETER_VALUE', retryable: false })
  expect(error.message).toContain('answered 400 INVALID_PARAMETER_VALUE: no such thing')
  expect(TurnspanError.isInstance(error)).toBe(true)
})

test.each<[string, Reply]>([
  ['a login page', { headers: { 'content-type': 'text/html' }, body: '<!doctype html><p>Log in' }],
  ['text', { body: 'hello' }],
  ['a redirect', { status: 302, headers: { location: 'https://u:p@sso.example/login?ticket=s3cret' } }],
  ['404 as a page', { status: 404, headers: { 'content-type': 'text/html' }, body: '<html></html>' }],
  ["a collector's 404", { status: 404, body: '404 page not found' }],
])('says that %s is not MLflow', async (_, reply) => {
  await using server = await scripted(() => reply)
  const error = await failureOf(get(connect(server.origin)))
  expect(error).toMatchObject({ failure: 'not-mlflow', retryable: false })
  expect(error.message).toContain('MLFLOW_TRACKING_URI')
  expect(error.message).not.toMatch(/s3cret|u:p/)
  expect(server.seen).toHaveLength(1)
})

test('says which part of an answer has an unexpected form', async () => {
  await using server = await scripted(() => ({ body: { n: 'one' } }))
  const error = await failureOf(get(connect(server.origin)))
  expect(error).toMatchObject({ failure: 'answer', retryable: false })
  expect(error.message).toContain('"n"')
})

test.each<[string, Reply, string]>([
  ['no credentials', { status: 401, body: 'You are not authenticated.' }, 'MLFLOW_TRACKING_TOKEN'],
  ['no permission', { status: 403, body: 'Permission denied' }, 'EDIT permission'],
  [
    'a host that is not allowed',
    { status: 403, body: 'Invalid Host header - possible DNS rebinding' },
    '--allowed-hosts',
  ],
  [
    'an unknown workspace',
    mlflowError(404, 'RESOURCE_DOES_NOT_EXIST', "Workspace 'x' not found"),
    'MLFLOW_WORKSPACE',
  ],
  ['no workspaces', mlflowError(500, 'FEATURE_DISABLED', 'Workspaces are off'), 'unset MLFLOW_WORKSPACE'],
])('advises about %s', async (_, reply, advice) => {
  await using server = await scripted(() => reply)
  const error = await failureOf(get(connect(server.origin)))
  expect(error.message).toContain(advice)
  expect(server.seen).toHaveLength(1)
})

test('reads the token file again after a 401 and asks once more', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'turnspan-rest-'))
  const tokenFile = join(dir, 'token')
  await writeFile(tokenFile, 'old')
  // Writes the new token while the request with the old one is on its way, without changing what stat shows before it.
  const { writeFileSync } = await import('node:fs')
  await using server = await scripted(({ headers }) => {
    if (headers.authorization === 'Bearer new') return { body: { n: 5 } }
    writeFileSync(tokenFile, 'new')
    return { status: 401 }
  })
  expect(await get(connect(server.origin, { auth: { tokenFile } }))).toEqual({ n: 5 })
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
  await rm(dir, { recursive: true })
})

test('fails after a 401 when the credentials are still the same', async () => {
  await using server = await scripted(() => ({ status: 401 }))
  const error = await failureOf(get(connect(server.origin, { auth: { token: 's3cret' } })))
  expect(error.status).toBe(401)
  expect(error.message).not.toContain('s3cret')
  expect(server.seen).toHaveLength(1)
})

test('gives up on a server that does not answer in time', async () => {
  await using server = await scripted(() => undefined)
  const error = await failureOf(get(connect(server.origin, { requestTimeoutMs: 100, maxRetries: 0 })))
  expect(error).toMatchObject({ failure: 'network', retryable: true })
})

test('asks a server of a private authority, and again with a CA file that comes later', async () => {
  await using certificates = await makeCertificates()
  const { cert, key, ca, dir } = certificates
  await using server = await scripted(() => ({ body: { n: 7 } }), { cert, key })
  const caFile = join(dir, 'late.pem')
  const config = restConfig(`https://localhost:${server.port}`, { maxRetries: 0 })
  const rest = createRest(config, { caFile, insecure: false }, createAuth({}))
  const error = await failureOf(get(rest))
  expect(error).toMatchObject({ failure: 'settings', retryable: true })
  expect(error.message).toContain(caFile)
  await writeFile(caFile, ca)
  expect(await get(rest)).toEqual({ n: 7 })
})

test('stops waiting when the signal aborts', async () => {
  await using server = await scripted(() => ({ status: 503, headers: { 'retry-after': '20' } }))
  const signal = AbortSignal.timeout(300)
  expect((await failureOf(get(connect(server.origin), { signal }))).status).toBe(503)
  expect(server.seen).toHaveLength(1)
})
