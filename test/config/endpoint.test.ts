import { describe, expect, test } from 'vitest'
import { namesOf, resolved, targetOf } from './resolving.ts'

const GENERIC = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
const PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL'
const TRACES_PROTOCOL = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
const http = { [PROTOCOL]: 'http/protobuf' }
const grpc = { [PROTOCOL]: 'grpc' }

describe('the URL over HTTP', () => {
  test.each([
    ['the generic one gets the path', { [GENERIC]: 'http://c:4318', ...http }, {}, 'http://c:4318/v1/traces'],
    ['after its own path', { [GENERIC]: 'http://c/mlf', ...http }, {}, 'http://c/mlf/v1/traces'],
    ['with one slash between', { [GENERIC]: 'http://c/mlf/', ...http }, {}, 'http://c/mlf/v1/traces'],
    ['before its query', { [GENERIC]: 'http://c/a?k=1', ...http }, {}, 'http://c/a/v1/traces?k=1'],
    ['the traces one is used as it is', { [TRACES]: 'http://c/in', ...http }, {}, 'http://c/in'],
    ['even without a path', { [TRACES]: 'http://c:4318', ...http }, {}, 'http://c:4318/'],
    ['the option gets the path', {}, { endpoint: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    ['the option keeps the path', {}, { endpoint: 'http://c:4318/v1/traces' }, 'http://c:4318/v1/traces'],
    ['a trailing slash is cut', {}, { endpoint: 'http://c/v1/traces/' }, 'http://c/v1/traces'],
    ['https stays', {}, { endpoint: 'https://c/x' }, 'https://c/x/v1/traces'],
    ['IPv6', {}, { endpoint: 'http://[::1]:4318' }, 'http://[::1]:4318/v1/traces'],
    ['without a scheme', {}, { endpoint: 'localhost:4318' }, 'http://localhost:4318/v1/traces'],
    [
      'the option goes first',
      { [TRACES]: 'http://t/t', [GENERIC]: 'http://g' },
      { endpoint: 'http://o/x' },
      'http://o/x/v1/traces',
    ],
    ['then the traces one', { [TRACES]: 'http://t/t', [GENERIC]: 'http://g' }, {}, 'http://t/t'],
    [
      'a bad one is passed over',
      { [TRACES]: 'nonsense', [GENERIC]: 'http://g/x' },
      {},
      'http://g/x/v1/traces',
    ],
  ])('%s', (_, env, options, url) => {
    const target = targetOf(env, options)
    expect(target.endpoint).toBe(url)
    expect(target.httpEndpoint).toBe(url)
    expect(target.protocol).toBe('http/protobuf')
    expect(target.protocolIsGuess).toBe(false)
  })

  test('is not given the path twice, with a problem', () => {
    const env = { [GENERIC]: 'http://c:4318/v1/traces' }
    expect(targetOf(env).endpoint).toBe('http://c:4318/v1/traces')
    expect(resolved(env).problems[0]?.message).toContain(TRACES)
  })
})

describe('the URL over gRPC', () => {
  test.each([
    [
      'scheme and authority',
      { [GENERIC]: 'http://c:4317', ...grpc },
      {},
      'http://c:4317',
      'http://c:4317/v1/traces',
    ],
    [
      'the path is cut',
      { [GENERIC]: 'https://c:4317/x', ...grpc },
      {},
      'https://c:4317',
      'https://c:4317/x/v1/traces',
    ],
    [
      'a traces URL keeps its path for HTTP',
      { [TRACES]: 'http://c/x', ...grpc },
      {},
      'http://c',
      'http://c/x',
    ],
    [
      'without a scheme',
      { [GENERIC]: 'localhost:4317' },
      {},
      'http://localhost:4317',
      'http://localhost:4317/v1/traces',
    ],
    ['grpc is plain', {}, { endpoint: 'grpc://c:4317' }, 'http://c:4317', 'http://c:4317/v1/traces'],
    ['grpcs is TLS', {}, { endpoint: 'grpcs://c:4317' }, 'https://c:4317', 'https://c:4317/v1/traces'],
    [
      'port 443 is TLS',
      {},
      { endpoint: 'c.example:443' },
      'https://c.example',
      'https://c.example/v1/traces',
    ],
    [
      'the variable asks for TLS',
      { OTEL_EXPORTER_OTLP_INSECURE: 'false' },
      { endpoint: 'c:4317' },
      'https://c:4317',
      'https://c:4317/v1/traces',
    ],
    [
      'the traces variable goes first',
      { OTEL_EXPORTER_OTLP_INSECURE: 'false', OTEL_EXPORTER_OTLP_TRACES_INSECURE: 'true' },
      { endpoint: 'c:443' },
      'http://c:443',
      'http://c:443/v1/traces',
    ],
    [
      'a scheme wins over the variable',
      { OTEL_EXPORTER_OTLP_INSECURE: 'false' },
      { endpoint: 'http://c:4317' },
      'http://c:4317',
      'http://c:4317/v1/traces',
    ],
  ])('%s', (_, env, options, endpoint, httpEndpoint) => {
    expect(targetOf(env, options)).toMatchObject({ protocol: 'grpc', endpoint, httpEndpoint })
  })
})

describe('the protocol', () => {
  test.each([
    ['the option', { [TRACES_PROTOCOL]: 'http/protobuf' }, { protocol: 'grpc' }, 'grpc', false],
    ['the traces variable', { [TRACES_PROTOCOL]: 'http/protobuf', ...grpc }, {}, 'http/protobuf', false],
    ['the general variable', http, {}, 'http/protobuf', false],
    ['the general variable, spelled otherwise', { [PROTOCOL]: ' GRPC ' }, {}, 'grpc', false],
    ['a guess', {}, {}, 'grpc', true],
    ['a bad option is passed over', http, { protocol: 'udp' }, 'http/protobuf', false],
    ['a bad variable leaves the guess', { [PROTOCOL]: 'udp' }, {}, 'grpc', true],
    ['an empty variable is unset', { [TRACES_PROTOCOL]: '', ...http }, {}, 'http/protobuf', false],
    ['port 4318 means HTTP', {}, { endpoint: 'http://c:4318' }, 'http/protobuf', false],
    ['a path means HTTP', {}, { endpoint: 'http://c:9999/otel' }, 'http/protobuf', false],
    ['a lone slash does not', {}, { endpoint: 'http://c:9999/' }, 'grpc', true],
    ['the scheme grpc is no guess', {}, { endpoint: 'grpc://c:4318' }, 'grpc', false],
    ['chosen gRPC beats port 4318', {}, { endpoint: 'http://c:4318', protocol: 'grpc' }, 'grpc', false],
    ['the tracking server has no gRPC', { MLFLOW_TRACKING_URI: 'http://c:5000' }, {}, 'http/protobuf', false],
  ])('%s', (_, env, options, protocol, protocolIsGuess) => {
    expect(targetOf({ [GENERIC]: 'http://c:5000', ...env }, options)).toMatchObject({
      protocol,
      protocolIsGuess,
    })
  })

  test.each([
    ['protocol', {}, { protocol: 'http/json' }],
    [PROTOCOL, { [PROTOCOL]: 'http/json' }, {}],
  ])('takes http/json in %s for http/protobuf, with a problem', (name, env, options) => {
    const { config, problems } = resolved({ [GENERIC]: 'http://c:4317', ...env }, options)
    expect(config?.targets[0]).toMatchObject({
      protocol: 'http/protobuf',
      endpoint: 'http://c:4317/v1/traces',
    })
    expect(namesOf(problems)).toEqual([name])
    expect(problems[0]?.message).toMatch(/http\/json.*http\/protobuf is used instead/)
  })

  test('guesses a traces URL without a path to be a base, should it speak HTTP', () => {
    expect(targetOf({ [TRACES]: 'http://c:5000' })).toMatchObject({
      endpoint: 'http://c:5000',
      httpEndpoint: 'http://c:5000/v1/traces',
      protocolIsGuess: true,
    })
  })
})

describe('URLs that do not fit', () => {
  test.each([
    ['ftp://c', /ftp:\/\/c/],
    ['unix:/tmp/otel.sock', /unix/],
    ['collector', /"collector"/],
    ['http://', /http:/],
    ['http://c:99999', /99999/],
    [42, /is 42/],
    [{ url: 'x' }, /is an object/],
    ['http://user:hunter2@:bad:', /\*\*\*@/],
  ])('names %s and what is accepted', (endpoint, message) => {
    const { off, problems } = resolved({}, { endpoint })
    expect(off?.reason).toContain('gives no target')
    expect(namesOf(problems)).toEqual(['endpoint'])
    expect(problems[0]?.message).toMatch(message)
    expect(problems[0]?.message).toMatch(/accepts .*grpc\(s\):\/\//)
    expect(problems[0]?.message).not.toContain('hunter2')
  })

  test('says which other source is used instead', () => {
    const { problems } = resolved({ [GENERIC]: 'http://g:4318' }, { endpoint: 'ftp://c' })
    expect(problems[0]?.message).toMatch(/OTEL_EXPORTER_OTLP_ENDPOINT is used instead/)
  })
})

describe('credentials in a URL', () => {
  test('move to a Basic header', () => {
    const target = targetOf({ [GENERIC]: 'http://me:p%40ss@c:4318' })
    expect(target.endpoint).toBe('http://c:4318/v1/traces')
    expect(target.headers).toEqual({ authorization: `Basic ${btoa('me:p@ss')}` })
    expect(target.mlflow.baseUrl).toBe('http://c:4318')
  })

  test('give way to an authorization header', () => {
    const target = targetOf({ [GENERIC]: 'http://me:pw@c:4318' }, { headers: { Authorization: 'Bearer t' } })
    expect(target.headers).toEqual({ authorization: 'Bearer t' })
  })

  test('with broken percent-encoding are taken as they are', () => {
    expect(targetOf({ [GENERIC]: 'grpc://me:100%@c:4317' }).headers).toEqual({
      authorization: `Basic ${btoa('me:100%')}`,
    })
  })
})
