import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeTarget } from '../../src/config/describe.ts'
import { OPTION_ACCEPTS } from '../../src/config/option-names.ts'
import { environmentVariables, type NamedVariable } from '../../src/config/variables.ts'
import { files, resolved } from './resolving.ts'

const NO_FILES = files({})

/** Values as people and programs leave them behind, good and bad. */
const value = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', 'true', 'false', '0', '1', '-1', '1e9', 'grpc', 'http/json', 'gzip', 'databricks'),
  fc.constantFrom(
    'databricks://p',
    'sqlite:///x',
    'localhost:4317',
    'http://h:4318/v1/traces',
    'a=b,c',
    'main.x',
  ),
  fc.webUrl(),
)

const names = environmentVariables().map(({ name }: NamedVariable) => name)
const environment = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] })
const options = fc.record(
  Object.fromEntries(Object.keys(OPTION_ACCEPTS).map((name) => [name, fc.oneof(value, fc.anything())])),
  { requiredKeys: [] },
)

/** The paths of everything in `value` that could still be changed, the user's own objects left out. */
function unfrozen(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).flatMap(([key, item]) =>
    key === 'exporters' || key === 'instrumentations' ? [] : unfrozen(item, `${path}.${key}`),
  )
  return Object.isFrozen(value) ? inner : [path || '.', ...inner]
}

describe('whatever is set', () => {
  test('nothing throws, and the result is frozen and either on or off', () => {
    fc.assert(
      fc.property(environment, options, (env, given) => {
        const result = resolved(env as Record<string, string>, given, NO_FILES)
        expect(unfrozen(result)).toEqual([])
        expect(Boolean(result.config)).toBe(!result.off)
        for (const { name, message } of result.problems) {
          expect(name).not.toBe('')
          expect(message.length).toBeLessThan(700)
        }
        if (result.config) describeTarget(result.config)
      }),
      { numRuns: 600 },
    )
  })

  test('no option but a nameable one is unknown', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (given) => {
        const { problems } = resolved({}, given, NO_FILES)
        const unknown = Object.keys(given).filter((name) => !Object.hasOwn(OPTION_ACCEPTS, name))
        expect(problems.length).toBeLessThanOrEqual(unknown.length)
        expect(problems.length > 0).toBe(unknown.length > 0)
      }),
    )
  })
})

describe('secrets', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{16}$/).map((text) => `hunter2${text}`)
  /** What may stand around a secret by mistake. */
  const around = fc.constantFrom(
    '',
    ' ',
    '\n',
    '%',
    '%zz',
    ',',
    '=',
    '==',
    ';',
    ':',
    'Bearer ',
    '"',
    '#',
    'é',
    '€',
  )
  const SECRETS = [
    'MLFLOW_TRACKING_TOKEN',
    'MLFLOW_TRACKING_PASSWORD',
    'MLFLOW_TRACKING_USERNAME',
    'DATABRICKS_TOKEN',
    'DATABRICKS_CLIENT_SECRET',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
  ]
  const URLS = [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'MLFLOW_TRACKING_URI',
    'DATABRICKS_HOST',
  ]

  function said(env: Record<string, string>, given: unknown): string {
    const { config, off, problems } = resolved(env, given, NO_FILES)
    return JSON.stringify([problems, off, config && describeTarget(config)])
  }

  test('in tokens, passwords and headers are never said', () => {
    fc.assert(
      fc.property(
        environment,
        secret,
        around,
        around,
        fc.constantFrom(...SECRETS),
        (env, hidden, before, after, name) => {
          const given = {
            ...(env as Record<string, string>),
            MLFLOW_TRACKING_URI: 'http://mlflow',
            [name]: before + hidden + after,
          }
          expect(said(given, {})).not.toContain(hidden)
          expect(said({ ...given, MLFLOW_TRACKING_URI: 'databricks' }, {})).not.toContain(hidden)
          expect(said({ ...given, OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317' }, {})).not.toContain(hidden)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('in options are never said', () => {
    const place = fc.constantFrom(
      (text: string): object => ({ token: text }),
      (text: string): object => ({ username: text, password: text }),
      (text: string): object => ({ headers: { authorization: text } }),
      (text: string): object => ({ headers: { [text]: 'x' } }),
      (text: string): object => ({ headers: text }),
      (text: string): object => ({ headers: [text] }),
      (text: string): object => ({ token: { value: text } }),
    )
    fc.assert(
      fc.property(secret, around, around, place, (hidden, before, after, options) => {
        const given = options(`${before} ${hidden}${after}`)
        expect(said({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, given)).not.toContain(hidden)
      }),
    )
  })

  test('in a URL are never said, well formed or not', () => {
    const url = fc.constantFrom(
      (text: string) => `http://me:${text}@host:4318`,
      (text: string) => `grpc://${text}@host:4317/x`,
      (text: string) => `ftp://me:${text}@host`,
      (text: string) => `http://me:${text}@:bad:`,
      (text: string) => `me:${text}@host:4317`,
      (text: string) => `postgresql://me:${text}@db/m`,
      (text: string) => `http://host/?api_key=${text}`,
      (text: string) => `ftp://host?api_key=${text}`,
    )
    fc.assert(
      fc.property(secret, around, url, fc.constantFrom(...URLS), (hidden, after, make, name) => {
        const env = { MLFLOW_TRACKING_URI: 'databricks', DATABRICKS_TOKEN: 't', [name]: make(hidden + after) }
        expect(said(env, {})).not.toContain(hidden)
        expect(said({}, { endpoint: make(hidden + after) })).not.toContain(hidden)
        expect(said({}, { trackingUri: make(hidden + after) })).not.toContain(hidden)
      }),
      { numRuns: 300 },
    )
  })
})
