import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type Diagnostic,
  flushTraces,
  type InitOptions,
  init,
  onDiagnostic,
  shutdown,
  startSpan,
} from '../../src/index.ts'
import { createMlflowClient } from '../../src/mlflow/index.ts'
import { resetDiagnosed } from '../../src/runtime/diagnostics.ts'
import {
  type HttpAnswerDetails,
  type OtlpHttpRequest,
  partialSuccess,
  startOtlpHttp,
} from '../support/collector.ts'
import { until } from '../support/until.ts'
import { turn } from './hostile/books.ts'
import { answeringWith, framed, startHostileGrpc } from './hostile/grpc-server.ts'

const PASSWORD = 'p"w\\9/z&x 7'
const SHORT = 'k9Q'
const QUERY = 'QuErY-sEcReT-1'
const USER = 'alice'
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString('base64')
const escaped = JSON.stringify(PASSWORD).slice(1, -1)

/** No text may hold any of these. */
const CANARIES = [
  PASSWORD,
  escaped,
  JSON.stringify(escaped).slice(1, -1),
  encodeURIComponent(PASSWORD),
  BASIC,
  SHORT,
  QUERY,
]
/** All that a server was sent, in every form in which it may give it back. */
const ECHO = [
  `Authorization: Basic ${BASIC}`,
  `user ${USER}:${PASSWORD} is unknown`,
  JSON.stringify({ password: PASSWORD, nested: JSON.stringify({ password: PASSWORD }) }),
  `password=${encodeURIComponent(PASSWORD)}`,
  `x-api-key=${SHORT}, key '${SHORT}'`,
  `POST /v1/traces?api_key=${QUERY}&v=1`,
  QUERY,
]

const said: Diagnostic[] = []
let lines: string[] = []
let stop = (): void => {}
beforeEach(() => {
  resetDiagnosed()
  said.length = 0
  lines = []
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10')
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  stop()
})

const secretive = (url: string, more: InitOptions = {}): void => {
  init({
    endpoint: `${url}/v1/traces?api_key=${QUERY}&v=1`,
    headers: { authorization: `Basic ${BASIC}`, 'x-api-key': SHORT },
    experimentId: '0',
    timeoutMs: 2000,
    ...more,
  })
}
function expectNothingTold(text: string): void {
  for (const canary of CANARIES) expect(text).not.toContain(canary)
}
/** Everything that was said; JSON would have the canaries in another form. */
function everything(): string {
  const texts: string[] = [...lines]
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect)
  }
  said.forEach(collect)
  return texts.join('\n')
}

const ANSWERS: readonly (readonly [string, (echo: string) => HttpAnswerDetails])[] = [
  ['400', (body) => ({ status: 400, body })],
  ['400 in JSON', (echo) => ({ status: 400, body: JSON.stringify({ message: echo }) })],
  ['401', (body) => ({ status: 401, body })],
  ['403', (body) => ({ status: 403, body })],
  ['500', (body) => ({ status: 500, body })],
  ['503', (body) => ({ status: 503, body })],
  ['a redirect', (body) => ({ status: 302, body })],
  ['success with a remark', (echo) => partialSuccess(0, echo)],
  ['partial success', (echo) => partialSuccess(1, echo)],
  ['success with an error', (echo) => ({ body: JSON.stringify({ error: echo }) })],
  ['success in words', (body) => ({ headers: { 'content-type': 'text/plain' }, body })],
]

describe.each(ECHO)('an echo of %s', (echo) => {
  test.each(ANSWERS)('in %s is told to nobody', async (_, answerWith) => {
    await using server = await startOtlpHttp({ afterwards: answerWith(echo) })
    const dir = await mkdtemp(join(tmpdir(), 'turnspan-secrets-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    secretive(server.url, { protocol: 'http/protobuf', spool: { dir } })
    turn()
    await until(() => said.length > 0 || undefined, { what: 'a diagnostic' })
    expectNothingTold(everything())
    const files = await readdir(dir, { recursive: true, withFileTypes: true })
    for (const file of files) {
      if (file.name.endsWith('.json')) {
        const about = JSON.parse(await readFile(join(file.parentPath, file.name), 'utf8')) as object
        expectNothingTold(Object.values(about).join('\n'))
      }
    }
  })

  test.each([
    [
      'a status',
      answeringWith(new Uint8Array(), { 'grpc-status': '3', 'grpc-message': encodeURIComponent(echo) }),
    ],
    ['a status that is none', answeringWith(new Uint8Array(), { 'grpc-status': 'x', 'grpc-message': 'no' })],
    ['partial success', answeringWith(framed(Buffer.from(partialSuccess(1, echo).body ?? '')))],
  ] as const)('in %s of gRPC is told to nobody', async (_, fault) => {
    await using server = await startHostileGrpc(() => fault)
    secretive(`http://127.0.0.1:${server.port}`, { protocol: 'grpc' })
    turn()
    await until(() => said.length > 0 || undefined, { what: 'a diagnostic' })
    expectNothingTold(everything())
  })

  test("in an answer of MLflow's REST API is not in the error", async () => {
    const body = JSON.stringify({ error_code: 'INVALID_PARAMETER_VALUE', message: echo })
    const route = (_: OtlpHttpRequest): HttpAnswerDetails => ({ status: 400, body })
    const path = '/api/2.0/mlflow/experiments/get'
    await using server = await startOtlpHttp({ routes: { [`GET ${path}`]: route } })
    vi.stubEnv('MLFLOW_TRACKING_USERNAME', USER)
    vi.stubEnv('MLFLOW_TRACKING_PASSWORD', PASSWORD)
    secretive(server.url)
    const client = createMlflowClient({ trackingUri: server.url })
    const error = await client.getExperiment('1').then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    expect(error?.message).toContain('INVALID_PARAMETER_VALUE')
    expectNothingTold(error?.message ?? PASSWORD)
  })
})

test('the query of an endpoint is in no message of ours, also where nothing answers', async () => {
  secretive('http://127.0.0.1:1', { protocol: 'http/protobuf' })
  turn()
  await until(() => said.length > 0 || undefined, { what: 'a diagnostic' })
  expect(everything()).toContain('http://127.0.0.1:1/v1/traces?…')
  expectNothingTold(everything())
})

describe('on a terminal', () => {
  const NASTY = 'a\u001b[2Jb\u202ec\u0007d\u2066e\u009bf\rg'
  test('what a server says and what a span is called is shown, and not obeyed', async () => {
    await using server = await startOtlpHttp({ afterwards: { status: 400, body: NASTY } })
    init({ endpoint: server.url, protocol: 'http/protobuf', experimentId: '0' })
    startSpan({ name: NASTY }).end()
    await flushTraces({ timeoutMs: 2000 })
    const shown = lines.join('')
    expect(shown).toContain('[TS_SPAN_REJECTED]')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(shown).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
    expect(shown).toContain('\\u202e')
    expect(shown).toContain('\\u001b')
  })

  test('a name with lines in it does not look like a line of ours', async () => {
    vi.stubEnv('OTEL_TRACES_EXPORTER', 'console')
    init()
    startSpan({ name: 'x\nturnspan error: all is lost' }).end()
    await flushTraces()
    expect(
      lines
        .join('')
        .split('\n')
        .filter((line) => line.startsWith('turnspan error')),
    ).toEqual([])
  })
})
