import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { files, namesOf, resolved, targetOf } from './resolving.ts'

const TABLE = 'mlflow_experiment_trace_otel_spans'
const DESTINATION = { MLFLOW_TRACING_DESTINATION: 'main.traces' }
const LOGIN = { DATABRICKS_HOST: 'https://dbc.example', DATABRICKS_TOKEN: 'dapi-env' }
const URI = { MLFLOW_TRACKING_URI: 'databricks' }

const CONFIG = `; comment
[DEFAULT]
host = https://default.example/
token = dapi-default
# another
[prod]
host=https://prod.example
token = dapi-prod

[oauth]
host = https://oauth.example
client_id = me
[nohost]
token = dapi-nohost
[DEFAULT]
extra = 1
`
const HOME = files({ [join(homedir(), '.databrickscfg')]: CONFIG, '/etc/dbx.cfg': CONFIG })

describe('a Databricks workspace', () => {
  test('gets spans by OTLP over HTTP into a Unity Catalog table', () => {
    const target = targetOf({ ...URI, ...LOGIN, ...DESTINATION })
    expect(target).toMatchObject({
      endpoint: 'https://dbc.example/api/2.0/otel/v1/traces',
      httpEndpoint: 'https://dbc.example/api/2.0/otel/v1/traces',
      protocol: 'http/protobuf',
      protocolIsGuess: false,
      headers: { 'x-databricks-uc-table-name': `main.traces.${TABLE}` },
      isMlflow: 'no',
      mlflow: { baseUrl: 'https://dbc.example', auth: { token: 'dapi-env' }, authOnEndpoint: true },
    })
  })

  test.each([
    ['host and token of the environment', LOGIN, {}, 'https://dbc.example', { token: 'dapi-env' }],
    [
      'a host without a scheme',
      { ...LOGIN, DATABRICKS_HOST: 'dbc.example/' },
      {},
      'https://dbc.example',
      { token: 'dapi-env' },
    ],
    ['the section DEFAULT', {}, {}, 'https://default.example', { token: 'dapi-default' }],
    [
      'the section of the variable',
      { DATABRICKS_CONFIG_PROFILE: 'prod' },
      {},
      'https://prod.example',
      { token: 'dapi-prod' },
    ],
    [
      'the section of the URI',
      { MLFLOW_TRACKING_URI: 'databricks://prod' },
      {},
      'https://prod.example',
      { token: 'dapi-prod' },
    ],
    [
      'the section of the URI before the environment',
      { ...LOGIN, MLFLOW_TRACKING_URI: 'databricks://prod' },
      {},
      'https://prod.example',
      { token: 'dapi-prod' },
    ],
    [
      'the environment before the section of the variable',
      { ...LOGIN, DATABRICKS_CONFIG_PROFILE: 'prod' },
      {},
      'https://dbc.example',
      { token: 'dapi-env' },
    ],
    [
      'another file',
      { DATABRICKS_CONFIG_FILE: '/etc/dbx.cfg', DATABRICKS_CONFIG_PROFILE: 'prod' },
      {},
      'https://prod.example',
      { token: 'dapi-prod' },
    ],
    [
      'the host of a section with a token of the environment',
      { DATABRICKS_TOKEN: 'dapi-env' },
      {},
      'https://default.example',
      { token: 'dapi-env' },
    ],
    [
      'the token of a section without a host',
      { DATABRICKS_HOST: 'https://dbc.example', DATABRICKS_CONFIG_PROFILE: 'nohost' },
      {},
      'https://dbc.example',
      { token: 'dapi-nohost' },
    ],
    ['a token in code', LOGIN, { token: 'mine' }, 'https://dbc.example', { token: 'mine' }],
    ['a token file in code', LOGIN, { tokenFile: '/t' }, 'https://dbc.example', { tokenFile: '/t' }],
    [
      'a URI in code',
      LOGIN,
      { trackingUri: 'databricks://prod' },
      'https://prod.example',
      { token: 'dapi-prod' },
    ],
  ])('takes %s', (_, env, options, baseUrl, auth) => {
    const { mlflow } = targetOf({ ...URI, ...DESTINATION, ...env }, options, HOME)
    expect(mlflow.baseUrl).toBe(baseUrl)
    expect(mlflow.auth).toEqual(auth)
  })

  test.each([
    ['no file', {}, files({}), /databrickscfg cannot be read/],
    ['no section', { MLFLOW_TRACKING_URI: 'databricks://none' }, HOME, /no section \[none\]/],
    ['no host', { DATABRICKS_CONFIG_PROFILE: 'nohost' }, HOME, /no host is set/],
    [
      'a host that is none',
      { DATABRICKS_HOST: 'not a host', DATABRICKS_TOKEN: 't' },
      HOME,
      /"not a host" is not the URL/,
    ],
    ['a host of another section', { DATABRICKS_HOST: 'https://else.example' }, HOME, /no token is set/],
    [
      'an OAuth client',
      {
        DATABRICKS_HOST: 'https://dbc.example',
        DATABRICKS_CLIENT_ID: 'i',
        DATABRICKS_CLIENT_SECRET: 's3cr3t',
      },
      files({}),
      /OAuth.*DATABRICKS_TOKEN/,
    ],
    [
      'an OAuth client in a section',
      { DATABRICKS_CONFIG_PROFILE: 'oauth' },
      HOME,
      /OAuth.*personal access token/,
    ],
  ])('is refused with %s', (_, env, tools, message) => {
    const { off, problems } = resolved({ ...URI, ...DESTINATION, ...env }, {}, tools)
    expect(off?.reason).toMatch(message)
    expect(namesOf(problems)).toEqual(['MLFLOW_TRACKING_URI'])
    expect(JSON.stringify(problems)).not.toMatch(/s3cr3t|dapi-/)
  })
})

describe('the destination', () => {
  test.each([
    ['main.traces', `main.traces.${TABLE}`],
    [' main.traces ', `main.traces.${TABLE}`],
    ['main.traces.my_spans', 'main.traces.my_spans'],
  ])('%s is the table %s', (value, table) => {
    const target = targetOf({ ...URI, ...LOGIN, MLFLOW_TRACING_DESTINATION: value })
    expect(target.headers['x-databricks-uc-table-name']).toBe(table)
  })

  test.each(['', 'main', '12', 'a.b.c.d', 'a..b', 'a.b c', 'a.b/c'])(
    '"%s" is refused with advice',
    (value) => {
      const { off, problems } = resolved({ ...URI, ...LOGIN, MLFLOW_TRACING_DESTINATION: value })
      expect(off?.reason).toContain('MLFLOW_TRACING_DESTINATION')
      expect(problems[0]?.message).toMatch(/catalog\.schema/)
    },
  )
})

test('an OTLP endpoint wins over Databricks and does not get its token', () => {
  const target = targetOf({ ...URI, ...LOGIN, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' })
  expect(target).toMatchObject({
    endpoint: 'http://c:4318/v1/traces',
    isMlflow: 'ask',
    mlflow: { baseUrl: 'https://dbc.example', auth: { token: 'dapi-env' }, authOnEndpoint: false },
  })
})

test('an OTLP endpoint on the workspace is no MLflow server, and gets the token', () => {
  const endpoint = 'https://dbc.example/api/2.0/otel'
  expect(targetOf({ ...URI, ...LOGIN, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toMatchObject({
    endpoint: `${endpoint}/v1/traces`,
    isMlflow: 'no',
    mlflow: { authOnEndpoint: true },
  })
})
