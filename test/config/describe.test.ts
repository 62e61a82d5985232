import { describe, expect, test } from 'vitest'
import { describeTarget, sameConfig } from '../../src/config/describe.ts'
import { configOf, type Env, resolved } from './resolving.ts'

describe('describing the target', () => {
  const OTLP = 'OTEL_EXPORTER_OTLP_ENDPOINT'

  test.each([
    ['a tracking server', {}, {}, { target: 'http://mlflow:5000/v1/traces', protocol: 'http/protobuf' }],
    [
      'an experiment by ID',
      { MLFLOW_EXPERIMENT_ID: '3' },
      {},
      { target: 'http://mlflow:5000/v1/traces', protocol: 'http/protobuf', experiment: { id: '3' } },
    ],
    [
      'an experiment by name',
      {},
      { experimentName: 'n' },
      { target: 'http://mlflow:5000/v1/traces', protocol: 'http/protobuf', experiment: { name: 'n' } },
    ],
    ['a gRPC endpoint', { [OTLP]: 'http://c:4317' }, {}, { target: 'http://c:4317', protocol: 'grpc' }],
    [
      'no credentials and no query',
      { [OTLP]: 'http://me:pw@c:4318/?key=secret' },
      {},
      { target: 'http://c:4318/v1/traces', protocol: 'http/protobuf' },
    ],
  ])('tells %s', (_, env, options, expected) => {
    expect(describeTarget(configOf(env, options))).toEqual(expected)
  })

  test.each([
    ['the console', { target: 'console' }, { target: 'console' }],
    ['nothing of exporters', { exporters: [{ export: () => {}, shutdown: async () => {} }] }, {}],
  ])('tells %s', (_, options, expected) => {
    const { config } = resolved({}, options)
    expect(config && describeTarget(config)).toEqual(expected)
  })
})

describe('the same configuration', () => {
  const exporters = [{ export: () => {}, shutdown: async () => {} }]
  const redact = (value: unknown) => value
  const full = {
    exporters,
    redact,
    resource: { a: 1 },
    limits: { maxDepth: 3 },
    instrumentations: [exporters],
  }
  const env: Env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_HEADERS: 'a=1' }

  test('is told of equal options', () => {
    expect(sameConfig(configOf(env, full), configOf(env, { ...full, exporters: [...exporters] }))).toBe(true)
  })

  test.each([
    ['another exporter', {}, { exporters: [{ ...exporters[0] }] }],
    ['fewer exporters', {}, { exporters: [] }],
    ['another redact', {}, { redact: (value: unknown) => value }],
    ['no redact', {}, { redact: undefined }],
    ['another attribute', {}, { resource: { b: 1 } }],
    ['another value', {}, { resource: { a: 2 } }],
    ['another limit', {}, { limits: { maxDepth: 4 } }],
    ['another integration', {}, { instrumentations: [[...exporters]] }],
    ['automatic integrations', {}, { instrumentations: 'auto' }],
    ['another header', { OTEL_EXPORTER_OTLP_HEADERS: 'a=2' }, {}],
    ['another token', { MLFLOW_TRACKING_TOKEN: 't' }, {}],
    ['another endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://d:4318' }, {}],
  ])('is not told of %s', (_, otherEnv, otherOptions) => {
    const [a, b] = [configOf(env, full), configOf({ ...env, ...otherEnv }, { ...full, ...otherOptions })]
    expect(sameConfig(a, b)).toBe(false)
    expect(sameConfig(b, a)).toBe(false)
  })
})
