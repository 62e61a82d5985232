import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { configOf, namesOf, resolved, SERVER, targetOf } from './resolving.ts'

const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS'
const TRACES_HEADERS = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'
const OTLP = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }

describe('headers', () => {
  test.each([
    ['are split and trimmed', ' X-A = 1 , x-b=2', { 'x-a': '1', 'x-b': '2' }],
    ['are percent-decoded', 'authorization=Basic%20abc%3D%2C', { authorization: 'Basic abc=,' }],
    ['keep equal signs and semicolons', 'a=b=c;d', { a: 'b=c;d' }],
    ['may be empty', 'a=,,b=1', { a: '', b: '1' }],
    ['keep spaces that are not encoded', 'authorization=Bearer abc', { authorization: 'Bearer abc' }],
    ['may be Latin-1', 'a=%C3%A9', { a: 'é' }],
  ])('%s', (_, text, headers) => {
    const { config, problems } = resolved({ ...OTLP, [HEADERS]: text })
    expect(config?.targets[0]?.headers).toEqual(headers)
    expect(problems).toEqual([])
  })

  test('of the traces variable go over the general ones, and those in code over both', () => {
    const env = { ...OTLP, [HEADERS]: 'a=1,b=1,c=1', [TRACES_HEADERS]: 'B=2,c=2' }
    expect(targetOf(env, { headers: { C: '3', D: '4' } }).headers).toEqual({ a: '1', b: '2', c: '3', d: '4' })
  })

  test.each([
    ['a pair without an equal sign', 'ok=1,Bearer hunter2', /pair 2 \(without "="\)/],
    ['a key that is none', 'ok=1,Bearer hunter2==', /pair 2 \(its key\)/],
    ['an empty key', 'ok=1,=hunter2', /pair 2 \(its key\)/],
    ['broken percent-encoding', 'ok=1,x=hunter2%zz', /pair 2 \(percent-encoding of "x"\)/],
    ['a line break', 'ok=1,x=hunter2%0Aa', /the value of "x"/],
    ['a character outside Latin-1', 'ok=1,x=hunter2%E2%82%AC', /the value of "x"/],
  ])('with %s are named and left out, and the others stay', (_, text, message) => {
    const { config, problems } = resolved({ ...OTLP, [HEADERS]: text })
    expect(config?.targets[0]?.headers).toEqual({ ok: '1' })
    expect(namesOf(problems)).toEqual([HEADERS])
    expect(problems[0]?.message).toMatch(message)
    expect(problems[0]?.message).not.toContain('hunter2')
  })

  test.each([
    ['a name that is none', { 'a b': 'hunter2', ok: '1' }, /name of header 1/],
    ['a value that is no text', { x: { hunter2: 1 }, ok: '1' }, /value of "x"/],
    ['a value with a line break', { x: 'hunter2\n', ok: '1' }, /value of "x"/],
  ])('in code with %s are named and left out', (_, headers, message) => {
    const { config, problems } = resolved(OTLP, { headers: { ...headers, gone: undefined } })
    expect(config?.targets[0]?.headers).toEqual({ ok: '1' })
    expect(problems[0]?.message).toMatch(message)
    expect(problems[0]?.message).not.toContain('hunter2')
  })

  test.each([
    ['a text', 'authorization=hunter2'],
    ['an array', ['hunter2']],
    ['null', null],
  ])('in code that are %s are ignored', (_, headers) => {
    const { config, problems } = resolved(OTLP, { headers })
    expect(config?.targets[0]?.headers).toEqual({})
    expect(namesOf(problems)).toEqual(['headers'])
    expect(problems[0]?.message).not.toContain('hunter2')
  })

  test('of the environment are for an OTLP endpoint, those in code for the tracking server too', () => {
    const target = targetOf(
      { ...SERVER, [HEADERS]: 'authorization=hunter2' },
      { headers: { 'X-Proxy': '1' } },
    )
    expect(target.headers).toEqual({ 'x-proxy': '1' })
  })

  test('never change the prototype', () => {
    const { headers } = targetOf({ ...OTLP, [HEADERS]: '__proto__=1' })
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype)
    expect(Object.entries(headers)).toEqual([['__proto__', '1']])
  })
})

describe('TLS', () => {
  const otel = {
    OTEL_EXPORTER_OTLP_CERTIFICATE: 'otel-ca',
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'otel-cert',
    OTEL_EXPORTER_OTLP_CLIENT_KEY: 'otel-key',
  }
  const traces = {
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: 'traces-ca',
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: 'traces-cert',
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: 'traces-key',
  }
  const mlflow = {
    MLFLOW_TRACKING_SERVER_CERT_PATH: 'mlflow-ca',
    MLFLOW_TRACKING_CLIENT_CERT_PATH: 'mlflow-both',
  }
  const any = { REQUESTS_CA_BUNDLE: 'requests-ca', SSL_CERT_FILE: 'ssl-ca' }
  const code = { caFile: 'ca', clientCertFile: 'cert', clientKeyFile: 'key' }
  const three = (ca: string, cert: string, key: string) => ({
    caFile: ca,
    clientCertFile: cert,
    clientKeyFile: key,
    insecure: false,
  })
  /** Paths are those of the folder in which the program is when it is configured. */
  const absolute = (tls: object): object =>
    Object.fromEntries(
      Object.entries(tls).map(([key, value]) => [key, typeof value === 'string' ? resolve(value) : value]),
    )

  test.each([
    ['nothing', OTLP, {}, { insecure: false }],
    ['code before all', { ...OTLP, ...otel, ...traces, ...mlflow, ...any }, code, three('ca', 'cert', 'key')],
    [
      'traces before general',
      { ...OTLP, ...otel, ...traces, ...mlflow, ...any },
      {},
      three('traces-ca', 'traces-cert', 'traces-key'),
    ],
    [
      'OpenTelemetry before MLflow on an endpoint',
      { ...OTLP, ...otel, ...mlflow, ...any },
      {},
      three('otel-ca', 'otel-cert', 'otel-key'),
    ],
    [
      'MLflow alone on the tracking server',
      { ...SERVER, ...otel, ...traces, ...mlflow, ...any },
      {},
      three('mlflow-ca', 'mlflow-both', 'mlflow-both'),
    ],
    [
      'no MLflow on a foreign endpoint',
      { ...OTLP, ...SERVER, ...mlflow, ...any },
      {},
      { caFile: 'requests-ca', insecure: false },
    ],
    [
      'REQUESTS_CA_BUNDLE before SSL_CERT_FILE',
      { ...OTLP, ...any },
      {},
      { caFile: 'requests-ca', insecure: false },
    ],
    ['SSL_CERT_FILE last', { ...OTLP, SSL_CERT_FILE: 'ssl-ca' }, {}, { caFile: 'ssl-ca', insecure: false }],
    [
      'one file for certificate and key',
      OTLP,
      { clientCertFile: 'both' },
      { clientCertFile: 'both', clientKeyFile: 'both', insecure: false },
    ],
    ['insecure in code', OTLP, { insecureTls: true }, { insecure: true }],
    ['insecure by variable', { ...SERVER, MLFLOW_TRACKING_INSECURE_TLS: 'true' }, {}, { insecure: true }],
    [
      'insecure beside a bundle for all',
      { ...SERVER, ...any, MLFLOW_TRACKING_INSECURE_TLS: '1' },
      {},
      { caFile: 'requests-ca', insecure: true },
    ],
    [
      'secure in code before the variable',
      { ...SERVER, MLFLOW_TRACKING_INSECURE_TLS: 'true' },
      { insecureTls: false },
      { insecure: false },
    ],
    [
      'insecure not for a foreign endpoint',
      { ...OTLP, ...SERVER, MLFLOW_TRACKING_INSECURE_TLS: 'true' },
      {},
      { insecure: false, insecureElsewhere: true },
    ],
  ])('%s', (_, env, options, tls) => {
    const { config, problems } = resolved(env, options)
    expect(config?.targets[0]?.tls).toEqual(absolute(tls))
    expect(problems).toEqual([])
  })

  test('of the tracking server is its own beside a foreign endpoint', () => {
    const target = targetOf({ ...OTLP, ...SERVER, ...otel, ...mlflow, MLFLOW_TRACKING_INSECURE_TLS: 'false' })
    expect(target.tls).toEqual(absolute(three('otel-ca', 'otel-cert', 'otel-key')))
    expect(target.mlflow.tls).toEqual(absolute(three('mlflow-ca', 'mlflow-both', 'mlflow-both')))
    expect(targetOf(OTLP).mlflow.tls).toBeUndefined()
  })

  test('insecure and a certificate of the server contradict each other, and it is checked', () => {
    const { config, problems } = resolved({ ...SERVER, ...mlflow, MLFLOW_TRACKING_INSECURE_TLS: 'true' })
    expect(config?.targets[0]?.tls.insecure).toBe(false)
    expect(problems[0]?.message).toMatch(/contradict/)
  })

  test('a key without a certificate is a problem', () => {
    const { config, problems } = resolved(OTLP, { clientKeyFile: 'key' })
    expect(config?.targets[0]?.tls).toEqual({ insecure: false })
    expect(problems[0]?.message).toMatch(/names a key, but no client certificate is set/)
  })
})

describe('the resource', () => {
  const ATTRIBUTES = 'OTEL_RESOURCE_ATTRIBUTES'
  const resourceOf = (env: Record<string, string>, options: unknown = {}) => {
    const { serviceName, serviceVersion, environment, sourceType, resource } = configOf(env, options)
    const named = { serviceName, serviceVersion, environment, sourceType }
    return {
      ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
      resource,
    }
  }

  test.each([
    [
      'from the variable',
      { [ATTRIBUTES]: 'service.name=s,service.version=1,deployment.environment.name=e,team=a%20b' },
      {},
      { serviceName: 's', serviceVersion: '1', environment: 'e', resource: { team: 'a b' } },
    ],
    [
      'with the older name of the environment',
      { [ATTRIBUTES]: 'deployment.environment=e' },
      {},
      { environment: 'e', resource: {} },
    ],
    [
      'in code',
      {},
      {
        resource: {
          'service.name': 's',
          'service.version': 2,
          'deployment.environment.name': 'e',
          n: 1,
          b: false,
        },
      },
      { serviceName: 's', serviceVersion: '2', environment: 'e', resource: { n: 1, b: false } },
    ],
    [
      'in code over the variable',
      { [ATTRIBUTES]: 'a=1,b=1' },
      { resource: { b: 2 } },
      { resource: { a: '1', b: 2 } },
    ],
    [
      'the name by its variable before the attributes',
      { OTEL_SERVICE_NAME: 'x', [ATTRIBUTES]: 'service.name=s' },
      {},
      { serviceName: 'x', resource: {} },
    ],
    [
      'the name in code before the variable',
      { OTEL_SERVICE_NAME: 'x' },
      { resource: { 'service.name': 's' } },
      { serviceName: 's', resource: {} },
    ],
    [
      'the option before the attributes in code',
      {},
      { serviceName: 'o', resource: { 'service.name': 's' } },
      { serviceName: 'o', resource: {} },
    ],
    [
      'APP_ENVIRONMENT with its source type',
      { APP_ENVIRONMENT: 'prod' },
      {},
      { environment: 'prod', sourceType: 'prod', resource: {} },
    ],
    [
      'APP_ENVIRONMENT before the attributes',
      { APP_ENVIRONMENT: 'prod', [ATTRIBUTES]: 'deployment.environment.name=e' },
      {},
      { environment: 'prod', sourceType: 'prod', resource: {} },
    ],
    [
      'the option before APP_ENVIRONMENT',
      { APP_ENVIRONMENT: 'prod' },
      { environment: 'test' },
      { environment: 'test', sourceType: 'test', resource: {} },
    ],
    ['the option without a source type', {}, { environment: 'test' }, { environment: 'test', resource: {} }],
  ])('%s', (_, env, options, expected) => {
    expect(resourceOf(env, options)).toEqual(expected)
  })

  test('of a variable that cannot be read is left out as a whole', () => {
    const { config, problems } = resolved({ ...SERVER, [ATTRIBUTES]: 'service.name=s,oops,x=%zz' })
    expect(config).not.toHaveProperty('serviceName')
    expect(problems[0]?.message).toMatch(/pair 2.*pair 3.*whole variable is ignored/)
  })

  test.each([
    ['a text', 'a=1'],
    ['null', null],
    ['an array', [1]],
  ])('in code that is %s is ignored', (_, resource) => {
    const { config, problems } = resolved(SERVER, { resource })
    expect(config?.resource).toEqual({})
    expect(namesOf(problems)).toEqual(['resource'])
  })

  test('in code without the attributes that do not fit', () => {
    const { config, problems } = resolved(SERVER, { resource: { a: 1, b: {}, c: Number.NaN, d: undefined } })
    expect(config?.resource).toEqual({ a: 1 })
    expect(problems).toHaveLength(2)
  })
})
