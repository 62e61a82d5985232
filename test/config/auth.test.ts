import { describe, expect, test } from 'vitest'
import { configOf, files, namesOf, resolved, SERVER } from './resolving.ts'

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
const POD = files({ [`${ACCOUNT}/token`]: 'pod-token\n', [`${ACCOUNT}/namespace`]: 'team-a\n' })
const KUBERNETES = { MLFLOW_TRACKING_AUTH: 'kubernetes' }
const basicEnv = { MLFLOW_TRACKING_USERNAME: 'env-me', MLFLOW_TRACKING_PASSWORD: 'env-pw' }
const tokenEnv = { MLFLOW_TRACKING_TOKEN: 'env-token' }
const fileEnv = { MLFLOW_TRACKING_TOKEN_FILE: '/env/token' }

const mlflowOf = (env: Record<string, string>, options: unknown = {}, tools = POD) =>
  configOf(env, options, tools).targets[0]?.mlflow

describe('authentication', () => {
  test.each([
    ['nothing is set', {}, {}, {}],
    ['Basic', basicEnv, {}, { username: 'env-me', password: 'env-pw' }],
    ['a token', tokenEnv, {}, { token: 'env-token' }],
    [
      'a token with a line break at its end',
      { MLFLOW_TRACKING_TOKEN: 'env-token\n' },
      {},
      { token: 'env-token' },
    ],
    ['a token file', fileEnv, {}, { tokenFile: '/env/token' }],
    ['Basic before a token', { ...basicEnv, ...tokenEnv }, {}, { username: 'env-me', password: 'env-pw' }],
    ['a token before a file', { ...tokenEnv, ...fileEnv }, {}, { token: 'env-token' }],
    ['a token before the service account', { ...tokenEnv, ...KUBERNETES }, {}, { token: 'env-token' }],
    ['the service account', KUBERNETES, {}, { tokenFile: `${ACCOUNT}/token` }],
    [
      'the service account, namespaced',
      { MLFLOW_TRACKING_AUTH: 'kubernetes-namespaced' },
      {},
      { tokenFile: `${ACCOUNT}/token` },
    ],
    [
      'options before variables of their kind',
      basicEnv,
      { username: 'me', password: 'pw' },
      { username: 'me', password: 'pw' },
    ],
    [
      'a user in code with the password of the environment',
      basicEnv,
      { username: 'me' },
      { username: 'me', password: 'env-pw' },
    ],
    ['a token in code before Basic of the environment', basicEnv, { token: 't' }, { token: 't' }],
    ['a file in code before Basic of the environment', basicEnv, { tokenFile: '/t' }, { tokenFile: '/t' }],
    ['a file in code before a token of the environment', tokenEnv, { tokenFile: '/t' }, { tokenFile: '/t' }],
    [
      'Basic in code before a token in code',
      {},
      { username: 'me', password: 'pw', token: 't' },
      { username: 'me', password: 'pw' },
    ],
    [
      'a password to the letter',
      { ...basicEnv, MLFLOW_TRACKING_PASSWORD: ' a b ' },
      {},
      { username: 'env-me', password: ' a b ' },
    ],
    [
      'variables before the URL',
      { MLFLOW_TRACKING_URI: 'http://u:p@mlflow', ...tokenEnv },
      {},
      { token: 'env-token' },
    ],
  ])('%s', (_, env, options, auth) => {
    expect(mlflowOf(env, options)?.auth).toEqual(auth)
  })

  test.each([
    ['MLFLOW_TRACKING_TOKEN', { MLFLOW_TRACKING_TOKEN: 'two words' }, {}],
    ['token', {}, { token: 12345678 }],
    ['MLFLOW_TRACKING_USERNAME', { MLFLOW_TRACKING_USERNAME: 'me:secret', MLFLOW_TRACKING_PASSWORD: '' }, {}],
    ['MLFLOW_TRACKING_USERNAME', { MLFLOW_TRACKING_USERNAME: 'me' }, {}],
    ['MLFLOW_TRACKING_PASSWORD', { MLFLOW_TRACKING_PASSWORD: 'two words' }, {}],
    ['password', {}, { username: 'me', password: 'a\nb' }],
    ['MLFLOW_TRACKING_AUTH', { MLFLOW_TRACKING_AUTH: 'sigv4' }, {}],
  ])('%s that does not fit is left out and not shown', (name, env, options) => {
    const { config, problems } = resolved({ ...SERVER, ...env }, options)
    expect(config?.targets[0]?.mlflow.auth).toEqual({})
    expect(namesOf(problems)).toContain(name)
    expect(JSON.stringify(problems)).not.toMatch(/two words|12345678|secret|a\\nb/)
  })
})

describe('the workspace', () => {
  test.each([
    ['unset', {}, {}, undefined],
    ['from the variable', { MLFLOW_WORKSPACE: 'ws' }, {}, 'ws'],
    ['from the option first', { MLFLOW_WORKSPACE: 'ws' }, { workspace: 'mine' }, 'mine'],
    ['from the namespace', KUBERNETES, {}, 'team-a'],
    ['from the namespace, namespaced', { MLFLOW_TRACKING_AUTH: 'kubernetes-namespaced' }, {}, 'team-a'],
    ['from the variable before the namespace', { ...KUBERNETES, MLFLOW_WORKSPACE: 'ws' }, {}, 'ws'],
    ['from the namespace beside a token', { ...KUBERNETES, ...tokenEnv }, {}, 'team-a'],
  ])('is %s', (_, env, options, workspace) => {
    expect(mlflowOf(env, options)?.workspace).toBe(workspace)
  })

  test.each(['Team-A', '-a', 'a_b', 'ä'])('%s is refused', (value) => {
    const { config, problems } = resolved({ ...SERVER, MLFLOW_WORKSPACE: value })
    expect(config?.targets[0]?.mlflow.workspace).toBeUndefined()
    expect(problems[0]?.message).toMatch(/accepts lower-case letters.*no workspace is sent/)
  })

  test('and token of a pod without a service account are problems with advice', () => {
    const { config, problems } = resolved({ ...SERVER, ...KUBERNETES }, {}, files({}))
    expect(config?.targets[0]?.mlflow.auth).toEqual({ tokenFile: `${ACCOUNT}/token` })
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/namespace cannot be read.*Set MLFLOW_WORKSPACE/),
      expect.stringMatching(/token cannot be read.*automountServiceAccountToken/),
    ])
  })

  test('of a namespace file with something else is a problem', () => {
    const tools = files({ [`${ACCOUNT}/token`]: 't', [`${ACCOUNT}/namespace`]: 'No Namespace' })
    const { problems } = resolved({ ...SERVER, ...KUBERNETES }, {}, tools)
    expect(problems[0]?.message).toMatch(/holds no namespace/)
  })

  test('reads the machine’s files when none are given', () => {
    const { problems } = resolved({ ...SERVER, ...KUBERNETES })
    expect(problems).toHaveLength(2)
  })
})
