import { describe, expect, test } from 'vitest'
import { configOf, namesOf, resolved, SERVER, targetOf } from './resolving.ts'

const OTLP = 'OTEL_EXPORTER_OTLP_ENDPOINT'

describe('the tracking URI', () => {
  test.each([
    ['http://mlflow:5000', 'http://mlflow:5000'],
    ['https://mlflow.example/', 'https://mlflow.example'],
    ['http://mlflow:5000/mlf/', 'http://mlflow:5000/mlf'],
    ['http://mlflow:5000/#/experiments/3', 'http://mlflow:5000'],
    ['http://mlflow:5000/?x=1', 'http://mlflow:5000'],
    ['http://mlflow:5000/v1/traces', 'http://mlflow:5000'],
  ])('%s is an MLflow server', (uri, base) => {
    expect(targetOf({ MLFLOW_TRACKING_URI: uri })).toMatchObject({
      endpoint: `${base}/v1/traces`,
      httpEndpoint: `${base}/v1/traces`,
      protocol: 'http/protobuf',
      protocolIsGuess: false,
      isMlflow: 'yes',
      mlflow: { baseUrl: base, authOnEndpoint: true },
    })
  })

  test('as an option goes before the variable and before an OTLP endpoint of the environment', () => {
    const env = { MLFLOW_TRACKING_URI: 'http://other', [OTLP]: 'http://c:4318' }
    expect(targetOf(env, { trackingUri: 'http://mine' }).endpoint).toBe('http://mine/v1/traces')
  })

  test('moves credentials out of the URL', () => {
    const target = targetOf({ MLFLOW_TRACKING_URI: 'https://me:pw@mlflow' })
    expect(target.endpoint).toBe('https://mlflow/v1/traces')
    expect(target.mlflow.auth).toEqual({ username: 'me', password: 'pw' })
  })

  test.each([
    ['sqlite:///mlflow.db', /database.*mlflow server/],
    ['postgresql+psycopg2://u:hunter2@db/m', /database.*mlflow server/],
    ['file:///tmp/mlruns', /folder.*mlflow server/],
    ['./mlruns', /folder.*mlflow server/],
    ['/srv/mlruns', /folder.*mlflow server/],
    ['uc:schema', /model registry/],
    ['databricks-uc', /folder|registry/],
    ['localhost:5000', /write http:\/\/localhost:5000/],
    ['ftp://mlflow', /not the URL of a tracking server/],
    ['http://', /not the URL of a tracking server/],
  ])('%s is refused with advice', (uri, advice) => {
    const { off, problems } = resolved({ MLFLOW_TRACKING_URI: uri })
    expect(off?.reason).toMatch(advice)
    expect(namesOf(problems)).toEqual(['MLFLOW_TRACKING_URI'])
    expect(problems[0]?.message).toMatch(advice)
    expect(problems[0]?.message).not.toContain('hunter2')
  })

  test.each([
    [
      'the OTLP endpoint',
      { [OTLP]: 'http://c:4318', MLFLOW_TRACKING_URI: 'sqlite://x' },
      {},
      /http:\/\/c:4318/,
    ],
    ['the variable', SERVER, { trackingUri: 'sqlite://x' }, /MLFLOW_TRACKING_URI is used instead/],
  ])('that is refused is followed by %s', (_, env, options, used) => {
    const { config, problems } = resolved(env, options)
    expect(config?.targets).toHaveLength(1)
    expect(problems[0]?.message).toMatch(used)
  })

  test('that is no text is refused', () => {
    expect(resolved({}, { trackingUri: 5000 }).problems[0]?.message).toMatch(/is 5000, which is not a string/)
  })
})

describe('an OTLP endpoint beside a tracking URI', () => {
  const both = { ...SERVER, [OTLP]: 'http://c:4318' }

  test('wins, and the tracking URI is the REST API', () => {
    const target = targetOf({ ...both, MLFLOW_TRACKING_TOKEN: 't0k' })
    expect(target).toMatchObject({
      endpoint: 'http://c:4318/v1/traces',
      isMlflow: 'ask',
      mlflow: { baseUrl: 'http://mlflow:5000', auth: { token: 't0k' }, authOnEndpoint: false },
    })
  })

  test('is ignored when MLFLOW_ENABLE_OTLP_EXPORTER is false', () => {
    expect(targetOf({ ...both, MLFLOW_ENABLE_OTLP_EXPORTER: 'false' }).endpoint).toBe(
      'http://mlflow:5000/v1/traces',
    )
  })

  test('stays as an option when MLFLOW_ENABLE_OTLP_EXPORTER is false', () => {
    const env = { ...SERVER, MLFLOW_ENABLE_OTLP_EXPORTER: 'false' }
    expect(targetOf(env, { endpoint: 'http://c:4318' }).endpoint).toBe('http://c:4318/v1/traces')
  })

  test('gives two targets in dual export', () => {
    const { targets } = configOf({
      ...both,
      MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT: 'true',
      MLFLOW_EXPERIMENT_ID: '3',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret',
    })
    expect(targets).toMatchObject([
      { endpoint: 'http://c:4318/v1/traces', isMlflow: 'ask', headers: { 'x-key': 'secret' } },
      { endpoint: 'http://mlflow:5000/v1/traces', isMlflow: 'yes', headers: {} },
    ])
  })

  test('gives one target in dual export to one URL', () => {
    const env = { ...SERVER, [OTLP]: 'http://mlflow:5000', MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT: 'true' }
    expect(targetOf(env)).toMatchObject({ endpoint: 'http://mlflow:5000/v1/traces', isMlflow: 'yes' })
  })

  test('gives one target in dual export without a tracking URI', () => {
    const env = { [OTLP]: 'http://c:4318', MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT: 'true' }
    expect(targetOf(env).endpoint).toBe('http://c:4318/v1/traces')
  })
})

describe('whether an OTLP endpoint is an MLflow server', () => {
  test.each([
    ['is asked', {}, {}, 'ask'],
    ['is asked with gRPC chosen', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, {}, 'ask'],
    ['is known by the tracking URI', { MLFLOW_TRACKING_URI: 'http://c:5000/' }, {}, 'yes'],
    ['is known by the host, whatever the scheme', { MLFLOW_TRACKING_URI: 'https://c:5000' }, {}, 'yes'],
    ['is asked with another tracking URI', SERVER, {}, 'ask'],
    ['is known by an experiment ID', { MLFLOW_EXPERIMENT_ID: '3' }, {}, 'yes'],
    ['is known by an experiment name', { MLFLOW_EXPERIMENT_NAME: 'n' }, {}, 'yes'],
    ['is known by an option', {}, { experimentName: 'n' }, 'yes'],
    ['is taken for one behind gRPC', { MLFLOW_EXPERIMENT_ID: '3' }, { protocol: 'grpc' }, 'yes'],
    ['is not told from a bad experiment ID', { MLFLOW_EXPERIMENT_ID: 'abc' }, {}, 'ask'],
  ])('%s', (_, env, options, isMlflow) => {
    expect(targetOf({ [OTLP]: 'http://c:5000', ...env }, options).isMlflow).toBe(isMlflow)
  })
})

describe('the base of the REST API', () => {
  test.each([
    ['the endpoint without its path', { [OTLP]: 'http://c:5000' }, 'http://c:5000'],
    ['the endpoint with its prefix', { [OTLP]: 'http://c:5000/mlf' }, 'http://c:5000/mlf'],
    ['the traces URL cut', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/mlf/v1/traces' }, 'http://c/mlf'],
    ['the tracking URI', { [OTLP]: 'http://c:5000', ...SERVER }, 'http://mlflow:5000'],
  ])('is %s', (_, env, baseUrl) => {
    expect(targetOf(env).mlflow.baseUrl).toBe(baseUrl)
  })
})

describe('credentials on the endpoint', () => {
  const token = { MLFLOW_TRACKING_TOKEN: 't0k' }

  test.each([
    ['without a tracking URI', { [OTLP]: 'http://c:5000' }, true, { token: 't0k' }],
    [
      'with its origin',
      { [OTLP]: 'http://c:5000', MLFLOW_TRACKING_URI: 'http://c:5000' },
      true,
      { token: 't0k' },
    ],
    [
      'not with another port',
      { [OTLP]: 'http://c:5000', MLFLOW_TRACKING_URI: 'http://c:5001' },
      false,
      { token: 't0k' },
    ],
    [
      'not with another scheme',
      { [OTLP]: 'http://c:5000', MLFLOW_TRACKING_URI: 'https://c:5000' },
      false,
      { token: 't0k' },
    ],
    [
      'not with a tracking URI that is refused',
      { [OTLP]: 'http://c:5000', MLFLOW_TRACKING_URI: 'sqlite://' },
      false,
      {},
    ],
    [
      'not with Databricks that is not set up',
      { [OTLP]: 'http://c:5000', MLFLOW_TRACKING_URI: 'databricks://none' },
      false,
      {},
    ],
  ])('%s', (_, env, authOnEndpoint, auth) => {
    const { mlflow } = targetOf({ ...env, ...token }, {}, { readFile: () => '' })
    expect(mlflow).toMatchObject({ authOnEndpoint })
    expect(mlflow.auth).toEqual(auth)
  })
})
