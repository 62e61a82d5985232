import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { flushTraces, init, onDiagnostic, shutdown, stats, withAgent, withTool } from '../../../src/index.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { decodeTraceRequest } from '../../support/otlp-decode.ts'
import { spoolFolder } from '../spool/program.ts'

const codes: string[] = []
let stop = (): void => {}
beforeEach(() => {
  codes.length = 0
  stop = onDiagnostic((d) => codes.push(d.code))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
  stop()
  vi.restoreAllMocks()
})

const turn = (): number =>
  withAgent({ agent: 'a' }, () => withTool({ tool: 't', arguments: { x: 1 } }, () => 1))

const start = (url: string, more: Parameters<typeof init>[0] = {}) =>
  init({ endpoint: url, protocol: 'http/protobuf', captureContent: true, ...more })

describe('what an HTTP receiver answers', () => {
  test.each([
    ['a passing fault', [503]],
    ['too many requests', [{ status: 429, headers: { 'retry-after': '0' } }]],
    ['a cut connection', ['reset', 'reset']],
    [
      'a web page with status 200',
      [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ],
  ] as const)('%s costs nothing once the receiver is well again', async (_, answers) => {
    await using server = await startOtlpHttp({ answers: [...answers] })
    start(server.url)
    turn()
    const report = await flushTraces({ timeoutMs: 8000 })
    expect(report).toMatchObject({ sent: 2, queued: 0, rejected: 0, dropped: {} })
    expect(codes).toContain('TS_EXPORT_FAILED')
    const names = server.spans().map((span) => span.name)
    expect(new Set(names)).toEqual(new Set(['tool:t', 'agent:a']))
  })

  test.each([401, 403, 404])('%i holds the spans and says so', async (status) => {
    await using server = await startOtlpHttp({ afterwards: status })
    start(server.url)
    turn()
    const report = await flushTraces({ timeoutMs: 300 })
    expect(report).toMatchObject({ sent: 0, queued: 2, dropped: {} })
    expect(codes).toContain('TS_EXPORT_FAILED')
  })

  test.each([402, 405, 406, 407, 410, 415, 421, 426, 431, 451, 501, 505, 511])(
    '%i is about the address or the account, so that every span waits',
    async (status) => {
      await using server = await startOtlpHttp({ afterwards: status })
      start(server.url)
      turn()
      await flushTraces({ timeoutMs: 150 })
      expect(stats()).toMatchObject({ sent: 0, queued: 2, rejected: 0, dropped: {} })
    },
  )

  test.each([425, 507, 520, 524, 529, 599])('%i passes', async (status) => {
    await using server = await startOtlpHttp({ answers: [status] })
    start(server.url)
    turn()
    expect(await flushTraces({ timeoutMs: 8000 })).toMatchObject({ sent: 2, queued: 0, rejected: 0 })
  })

  test('a redirect is not followed, so that headers reach no other host', async () => {
    await using other = await startOtlpHttp()
    await using server = await startOtlpHttp({
      afterwards: { status: 307, headers: { location: other.url } },
    })
    start(server.url, { headers: { authorization: 'Bearer secret' } })
    turn()
    await flushTraces({ timeoutMs: 300 })
    expect(other.requests).toEqual([])
  })

  test.each([400, 409, 422, 500])('%i sets the span aside that it is about, and it alone', async (status) => {
    await using server = await startOtlpHttp({
      routes: {
        'POST /v1/traces': ({ spans }) => (spans.some(({ name }) => name === 'tool:t') ? status : 200),
      },
    })
    start(server.url)
    turn()
    const report = await flushTraces({ timeoutMs: 5000 })
    expect(report).toMatchObject({ sent: 1, rejected: 1, queued: 0 })
    expect(server.spans().map(({ name }) => name)).toEqual(['agent:a'])
    expect(codes).toContain('TS_SPAN_REJECTED')
  })
})

test('sends gzip when asked to', async () => {
  await using server = await startOtlpHttp()
  start(server.url, { compression: 'gzip' })
  turn()
  await flushTraces()
  expect(server.requests.at(-1)?.headers['content-encoding']).toBe('gzip')
  expect(server.spans().length).toBe(2)
})

test('sends the headers that were given, and no others of the environment', async () => {
  await using server = await startOtlpHttp()
  process.env.OTEL_EXPORTER_OTLP_HEADERS = 'x-other=1'
  try {
    start(server.url, { headers: { 'X-Team': 'a' } })
    turn()
    await flushTraces()
  } finally {
    delete process.env.OTEL_EXPORTER_OTLP_HEADERS
  }
  expect(server.requests.at(-1)?.headers).toMatchObject({ 'x-team': 'a' })
})

test('content travels once, in the conventions of a target that is not MLflow', async () => {
  await using server = await startOtlpHttp()
  start(server.url)
  turn()
  await flushTraces()
  const tool = server.spans().find((span) => span.name === 'tool:t')
  expect(tool?.attributes).toMatchObject({
    'mlflow.spanType': 'TOOL',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 't',
    'gen_ai.tool.call.arguments': '{"x":1}',
    'gen_ai.tool.call.result': '1',
  })
  expect(Object.keys(tool?.attributes ?? {})).not.toContain('mlflow.spanInputs')
})

test.each([
  ['mlflow', ['mlflow.spanInputs', 'mlflow.spanOutputs']],
  ['gen_ai', ['gen_ai.tool.call.arguments', 'gen_ai.tool.call.result']],
  [
    'both',
    ['gen_ai.tool.call.arguments', 'gen_ai.tool.call.result', 'mlflow.spanInputs', 'mlflow.spanOutputs'],
  ],
] as const)('contentKeys %s decides where content goes', async (contentKeys, expected) => {
  await using server = await startOtlpHttp()
  start(server.url, { contentKeys })
  turn()
  await flushTraces()
  const keys = Object.keys(server.spans().find((span) => span.name === 'tool:t')?.attributes ?? {})
  expect(keys.filter((key) => /call\.|spanInputs|spanOutputs/.test(key)).sort()).toEqual([...expected])
})

test('an endpoint that asks for the experiment header is MLflow after all', async () => {
  const missing = {
    detail: [{ type: 'missing', loc: ['header', 'x-mlflow-experiment-id'], msg: 'Field required' }],
  }
  await using server = await startOtlpHttp({
    answers: [
      { status: 422, headers: { 'content-type': 'application/json' }, body: JSON.stringify(missing) },
    ],
    routes: {
      'POST /api/2.0/mlflow/experiments/search': {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          experiments: [{ experiment_id: '7', name: 'support', lifecycle_stage: 'active' }],
        }),
      },
    },
  })
  start(server.url, { serviceName: 'support' })
  turn()
  const report = await flushTraces({ timeoutMs: 8000 })
  expect(report.sent).toBe(2)
  expect(server.requests.at(-1)?.headers['x-mlflow-experiment-id']).toBe('7')
})

test('a dead target holds the spans, and the books add up', async () => {
  start('http://127.0.0.1:9')
  turn()
  expect(stats().queued).toBe(2)
  expect(await flushTraces({ timeoutMs: 200 })).toMatchObject({ sent: 0, queued: 2 })
  expect(await shutdown({ timeoutMs: 100 })).toMatchObject({ queued: 0, dropped: { shutdown: 2 } })
})

test.each([
  ['from memory', false],
  ['from disk', true],
])('a span that no receiver takes for its size is cut down until it is taken, %s', async (_, onDisk) => {
  await using folder = await spoolFolder()
  const limit = 50_000
  await using server = await startOtlpHttp({
    routes: { 'POST /v1/traces': ({ body }) => (body.length > limit ? 413 : 200) },
  })
  start(server.url, onDisk ? { spool: { dir: folder.dir } } : {})
  withAgent({ agent: 'a', input: 'q'.repeat(400_000) }, () =>
    withTool({ tool: 'small', arguments: { x: 1 } }, () => 'r'.repeat(30_000)),
  )
  const report = await flushTraces({ timeoutMs: 20_000 })
  expect(report).toMatchObject({ sent: 2, rejected: 0, queued: 0 })
  const taken = server.requests.filter(({ path, body }) => path === '/v1/traces' && body.length <= limit)
  const spans = taken.flatMap(({ body }) => decodeTraceRequest(body))
  expect(spans.map(({ name }) => name).sort()).toEqual(['agent:a', 'tool:small'])
  const agent = spans.find(({ name }) => name === 'agent:a')
  expect(agent?.attributes).toMatchObject({ 'mlflow.spanType': 'AGENT', 'gen_ai.agent.name': 'a' })
  expect(JSON.stringify(agent?.attributes)).toMatch(/characters cut/)
})
