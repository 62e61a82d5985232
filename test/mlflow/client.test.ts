import { afterEach, expect, test, vi } from 'vitest'
import { createMlflowClient, MlflowError } from '../../src/mlflow/index.ts'
import { ConfigError } from '../../src/runtime/errors.ts'
import { scripted } from './scripted-server.ts'

afterEach(() => vi.unstubAllEnvs())

test.each(['', 'sqlite:///x.db', 'localhost:5000', 'databricks', 'http://'])(
  'refuses the tracking URI %j at once',
  (trackingUri) => {
    vi.stubEnv('MLFLOW_TRACKING_URI', undefined)
    expect(() => createMlflowClient({ trackingUri })).toThrow(ConfigError)
    expect(() => createMlflowClient({ trackingUri })).toThrow(/trackingUri/)
  },
)

test.each([
  { timeoutMs: 0 },
  { timeoutMs: Number.NaN },
  { maxRetries: -1 },
  { maxRetries: 1.5 },
  { workspace: 'Not Valid' },
])('refuses %j at once, and names the option', (options) => {
  const [option] = Object.keys(options)
  const create = (): unknown => createMlflowClient({ trackingUri: 'http://localhost:1', ...options })
  expect(create).toThrow(ConfigError)
  expect(create).toThrow(new RegExp(String(option)))
})

test('reads the environment, whatever else it says of where spans go', async () => {
  await using server = await scripted(() => ({ body: {} }))
  vi.stubEnv('MLFLOW_TRACKING_URI', `http://user:pa%3Ass@127.0.0.1:${server.port}/base/`)
  vi.stubEnv('MLFLOW_WORKSPACE', 'team-a')
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector.invalid:4317')
  vi.stubEnv('ENABLE_MLFLOW_TRACING', 'false')
  vi.stubEnv('OTEL_SDK_DISABLED', 'true')
  await createMlflowClient().searchTraces({ experimentIds: ['1'] })
  expect(server.seen[0]).toMatchObject({
    path: '/base/api/3.0/mlflow/traces/search',
    headers: {
      'x-mlflow-workspace': 'team-a',
      authorization: `Basic ${Buffer.from('user:pa:ss').toString('base64')}`,
    },
  })
})

test('sends an assessment once only, even when the answer is lost', async () => {
  await using server = await scripted(() => ({ status: 502 }))
  const client = createMlflowClient({ trackingUri: server.origin })
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  await expect(client.logFeedback({ traceId, value: true })).rejects.toThrow(MlflowError)
  expect(server.seen).toHaveLength(1)
})

test('reads spans of other forms than it knows best', async () => {
  const span = {
    span_id: '0x00f067aa0ba902b7',
    name: 'odd',
    start_time_unix_nano: '5',
    end_time_unix_nano: null,
    status: { code: 'STATUS_CODE_UNSET', message: '' },
    attributes: { plain: 'not json', native: 3, 'mlflow.spanType': '5' },
    events: [{ name: 'e', time_unix_nano: 7, attributes: null }],
  }
  const row = { trace_id: 'tr-x', state: 'NEW', execution_duration: 'soon', assessments: [{ odd: true }] }
  await using server = await scripted(({ path }) =>
    path.includes('artifact') ? { body: { spans: [span] } } : { body: { trace: { trace_info: row } } },
  )
  const client = createMlflowClient({ trackingUri: server.origin })
  const { info, spans } = await client.getTrace('0af7651916cd43dd8448eb211c80319c')
  expect(info).toEqual({
    traceId: 'tr-x',
    startTimeMs: 0,
    state: 'STATE_UNSPECIFIED',
    metadata: {},
    tags: {},
    assessments: [],
  })
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject({
    spanId: '00f067aa0ba902b7',
    spanType: 'UNKNOWN',
    startTimeUnixNano: '5',
    status: { code: 'UNSET' },
    attributes: { plain: 'not json', native: 3 },
    events: [{ name: 'e', timeUnixNano: '7', attributes: {} }],
  })
  expect(spans[0]).not.toHaveProperty('endTimeUnixNano')
})

test('refuses what is no trace ID before anything is sent', async () => {
  await using server = await scripted(() => ({ body: {} }))
  const client = createMlflowClient({ trackingUri: server.origin })
  await expect(client.getTrace('tr-nope')).rejects.toMatchObject({ code: 'ERR_TRACE_ID' })
  await expect(client.setTraceTag('x/../y', 'k', 'v')).rejects.toMatchObject({ code: 'ERR_TRACE_ID' })
  expect(server.seen).toHaveLength(0)
})
