import type { AuthConfig } from './config.ts'
import { OPTION_ACCEPTS } from './option-names.ts'
import type { Found, Reader } from './reader.ts'
import * as rules from './rules.ts'

/** Reads a whole text file; throws when it cannot. */
export type ReadFile = (path: string) => string

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
const platform: rules.Rule<'kubernetes' | 'kubernetes-namespaced'> = rules.oneOf(
  'kubernetes',
  'kubernetes-namespaced',
)

/** Who we are to a tracking server. Options go before variables; among equals Basic before token before file. */
export function resolveAuth(reader: Reader, readFile: ReadFile): AuthConfig {
  const account = usesServiceAccount(reader)
  const basic = resolveBasic(reader)
  const bearer = resolveBearer(reader)
  if (basic && !(bearer?.fromOption && !basic.fromOption)) return basic.config
  if (bearer) return bearer.config
  return account ? serviceAccount(reader, readFile) : {}
}

/** The workspace: given, or on Kubernetes the namespace that the pod runs in. */
export function resolveWorkspace(reader: Reader, readFile: ReadFile): string | undefined {
  const found = reader.find(rules.workspace, ['workspace', 'MLFLOW_WORKSPACE'], 'no workspace is sent')
  if (found || !usesServiceAccount(reader)) return found?.value
  const path = `${ACCOUNT}/namespace`
  const namespace = contents(path, readFile)
  const result = rules.workspace(path).safeParse(namespace)
  if (result.success) return result.data
  reader.problem(
    'MLFLOW_TRACKING_AUTH',
    `MLFLOW_TRACKING_AUTH asks for the pod's namespace as workspace, but ${path} ${namespace === undefined ? 'cannot be read' : 'holds no namespace'}; no workspace is sent. Set MLFLOW_WORKSPACE, or run in a pod whose service account is mounted.`,
  )
  return undefined
}

interface Choice {
  readonly config: AuthConfig
  readonly fromOption: boolean
}

const isOption = (found: Found<unknown>): boolean => found.name in OPTION_ACCEPTS

function resolveBasic(reader: Reader): Choice | undefined {
  const username = reader.find(rules.username, ['username', 'MLFLOW_TRACKING_USERNAME'])
  const password = reader.find(rules.password, ['password', 'MLFLOW_TRACKING_PASSWORD'])
  if (username && password) {
    const fromOption = isOption(username) || isOption(password)
    return { config: { username: username.value, password: password.value }, fromOption }
  }
  const alone = username ?? password
  if (alone) {
    const missing = username
      ? 'MLFLOW_TRACKING_PASSWORD (option "password")'
      : 'MLFLOW_TRACKING_USERNAME (option "username")'
    reader.problem(
      alone.name,
      `${alone.name} is set, but ${missing} is not; Basic authentication is not used.`,
    )
  }
  return undefined
}

function resolveBearer(reader: Reader): Choice | undefined {
  const token = reader.find(rules.token, ['token', 'MLFLOW_TRACKING_TOKEN'])
  const file = reader.find(rules.path, ['tokenFile', 'MLFLOW_TRACKING_TOKEN_FILE'])
  if (file && !(token && (isOption(token) || !isOption(file)))) {
    return { config: { tokenFile: file.value }, fromOption: isOption(file) }
  }
  return token && { config: { token: token.value }, fromOption: isOption(token) }
}

function usesServiceAccount(reader: Reader): boolean {
  return reader.find(platform, ['MLFLOW_TRACKING_AUTH']) !== undefined
}

function serviceAccount(reader: Reader, readFile: ReadFile): AuthConfig {
  const tokenFile = `${ACCOUNT}/token`
  if (contents(tokenFile, readFile) === undefined) {
    reader.problem(
      'MLFLOW_TRACKING_AUTH',
      `MLFLOW_TRACKING_AUTH asks for the pod's service account, but ${tokenFile} cannot be read; turnspan tries again with each request. Mount the service account (automountServiceAccountToken), or set MLFLOW_TRACKING_TOKEN.`,
    )
  }
  return { tokenFile }
}

function contents(path: string, readFile: ReadFile): string | undefined {
  try {
    return readFile(path).trim()
  } catch {
    return undefined
  }
}
