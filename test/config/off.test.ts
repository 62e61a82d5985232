import { describe, expect, test, vi } from 'vitest'
import { isConfigured, resolveConfig } from '../../src/config/resolve.ts'
import { namesOf, resolved, SERVER } from './resolving.ts'

const exporter = { export: () => {}, shutdown: async () => {} }

describe('reasons for being off', () => {
  test.each([
    [
      'nothing is configured',
      {},
      {},
      /MLFLOW_TRACKING_URI or OTEL_EXPORTER_OTLP_ENDPOINT.*trackingUri, endpoint/,
    ],
    ['only enabled: true is given', {}, { enabled: true }, /nothing is configured/],
    [
      'only a service name is given',
      { OTEL_SERVICE_NAME: 'x' },
      { serviceName: 'x' },
      /nothing is configured/,
    ],
    [
      'variables are empty',
      { MLFLOW_TRACKING_URI: '', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
      {},
      /nothing is configured/,
    ],
    ['options are empty texts', {}, { endpoint: '', trackingUri: '' }, /nothing is configured/],
    ['the SDK is disabled', { ...SERVER, OTEL_SDK_DISABLED: 'true' }, {}, /OTEL_SDK_DISABLED/],
    ['the SDK is disabled in capitals', { ...SERVER, OTEL_SDK_DISABLED: 'TRUE' }, {}, /OTEL_SDK_DISABLED/],
    [
      'the SDK is disabled against the code',
      { ...SERVER, OTEL_SDK_DISABLED: 'true' },
      { enabled: true },
      /OTEL_SDK_DISABLED/,
    ],
    [
      'MLflow tracing is disabled',
      { ...SERVER, ENABLE_MLFLOW_TRACING: 'false' },
      { enabled: true },
      /ENABLE_MLFLOW_TRACING/,
    ],
    ['enabled is false', SERVER, { enabled: false }, /"enabled"/],
    ['enabled is the text false', SERVER, { enabled: 'false' }, /"enabled"/],
    [
      'the OTLP endpoint is ignored',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', MLFLOW_ENABLE_OTLP_EXPORTER: 'false' },
      {},
      /MLFLOW_ENABLE_OTLP_EXPORTER/,
    ],
    ['the list of exporters is empty', {}, { exporters: [] }, /nothing is configured/],
    ['the only target cannot be used', { MLFLOW_TRACKING_URI: 'sqlite:///m.db' }, {}, /mlflow server/],
  ])('%s', (_, env, options, reason) => {
    const { config, off } = resolved(env, options)
    expect(config).toBeUndefined()
    expect(off?.reason).toMatch(reason)
  })

  test.each([
    ['the console', { target: 'console' }],
    ['an exporter', { exporters: [exporter] }],
    ['an endpoint', { endpoint: 'http://c:4318' }],
    ['a tracking URI', { trackingUri: 'http://mlflow' }],
  ])('%s alone is enough to be on', (_, options) => {
    const { config, problems } = resolved({}, options)
    expect(config).toBeDefined()
    expect(problems).toEqual([])
  })

  test.each(['1', 'yes', 'nope'])('takes OTEL_SDK_DISABLED=%s for false, with a problem', (value) => {
    const { config, problems } = resolved({ ...SERVER, OTEL_SDK_DISABLED: value })
    expect(config).toBeDefined()
    expect(namesOf(problems)).toEqual(['OTEL_SDK_DISABLED'])
  })

  test.each(['0', 'no', 'OFF', 'False'])('takes ENABLE_MLFLOW_TRACING=%s for false', (value) => {
    expect(resolved({ ...SERVER, ENABLE_MLFLOW_TRACING: value }).off).toBeDefined()
  })

  test.each([
    ['ENABLE_MLFLOW_TRACING', { ENABLE_MLFLOW_TRACING: 'perhaps' }, {}],
    ['enabled', {}, { enabled: 'perhaps' }],
  ])('stays on with a %s that cannot be understood, with a problem', (name, env, options) => {
    const { config, problems } = resolved({ ...SERVER, ...env }, options)
    expect(config).toBeDefined()
    expect(namesOf(problems)).toEqual([name])
  })
})

describe('the first look', () => {
  test('reads only what could name a target', () => {
    const read = vi.fn()
    const env = new Proxy({}, { get: (_, name) => void read(name) })
    expect(isConfigured({}, env)).toBe(false)
    expect(read.mock.calls.flat().sort()).toEqual([
      'MLFLOW_TRACKING_URI',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    ])
  })

  test('leaves the values of other variables and options alone when nothing is configured', () => {
    const { problems } = resolved({ OTEL_TRACES_SAMPLER: 'nonsense' }, { sampleRatio: 7 })
    expect(problems).toEqual([])
  })

  test('names options that do not exist even when nothing is configured', () => {
    const { problems } = resolved({}, { endpont: 'http://localhost:4318' })
    expect(problems[0]?.message).toMatch(/"endpont".*Did you mean endpoint\?/)
  })
})

describe('options of the wrong kind', () => {
  test.each([
    ['a text', 'http://x'],
    ['null', null],
    ['an array', []],
    ['a number', 3],
  ])('ignores %s', (_, given) => {
    const { config, problems } = resolveConfig(given as never, SERVER)
    expect(config).toBeDefined()
    expect(namesOf(problems)).toEqual(['options'])
  })

  test('is off when an option throws as it is read', () => {
    const options = {
      get endpoint(): string {
        throw new Error('secret')
      },
    }
    const { off, problems } = resolveConfig(options, SERVER)
    expect(off?.reason).toMatch(/cannot be read/)
    expect(JSON.stringify(problems)).not.toContain('secret')
  })
})
