import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ReadFile } from './auth.ts'
import type { AuthConfig } from './config.ts'
import { baseUrl, type Endpoint, parseEndpoint } from './endpoint.ts'
import { iniSection } from './ini.ts'
import type { Reader, SourceName } from './reader.ts'
import * as rules from './rules.ts'
import { preview } from './text.ts'

/** A Databricks workspace that can be reached. */
export interface Workspace {
  readonly endpoint: Endpoint
  readonly baseUrl: string
  readonly auth: AuthConfig
}

interface Profile {
  readonly name: string
  readonly host?: string
  readonly token?: string
  readonly clientId?: string
  /** Why there is nothing in it, as a sentence's beginning. */
  readonly missing?: string
}

const SPANS_TABLE = 'mlflow_experiment_trace_otel_spans'

/** The workspace that the tracking URI `databricks[://profile]` names; without it, a problem says what to set. */
export function resolveDatabricks(
  reader: Reader,
  uriName: SourceName,
  profileName: string | undefined,
  readFile: ReadFile,
): Workspace | undefined {
  const env = profileName === undefined
  const hostSet = env ? reader.find(rules.line, ['DATABRICKS_HOST'])?.value : undefined
  const tokenSet = resolveToken(reader, env)
  const profile = hostSet && tokenSet ? undefined : readProfile(reader, profileName, readFile)
  const endpoint = hostEndpoint(hostSet ?? profile?.host)
  if (!endpoint) {
    reader.problem(uriName, hostMessage(hostSet ?? profile?.host, profile))
    return undefined
  }
  // A token belongs to its host: one from a profile must not travel to another workspace.
  const same = !hostSet || !profile?.host || hostEndpoint(profile.host)?.origin === endpoint.origin
  const token = rules.token('token').safeParse(same ? profile?.token : undefined)
  const auth = tokenSet ?? (token.success ? { token: token.data } : undefined)
  if (!auth) {
    reader.problem(uriName, tokenMessage(reader, profile))
    return undefined
  }
  return { endpoint, baseUrl: baseUrl(endpoint), auth }
}

/** The Unity Catalog table for spans; without one, a problem says what to set. */
export function resolveTable(reader: Reader): string | undefined {
  const name = 'MLFLOW_TRACING_DESTINATION'
  const value = reader.raw(name)
  const parts = typeof value === 'string' ? value.trim().split('.') : []
  const fit = parts.every((part) => /^[^\s./\p{Cc}]+$/u.test(part))
  if (fit && parts.length === 2) return `${parts.join('.')}.${SPANS_TABLE}`
  if (fit && parts.length === 3) return parts.join('.')
  const advice =
    'set it to the Unity Catalog schema (catalog.schema) that traces of the experiment are kept in'
  reader.problem(
    name,
    value === undefined
      ? `Environment variable ${name} is not set, and Databricks needs it; nothing is sent there: ${advice}.`
      : `Environment variable ${name} accepts catalog.schema or catalog.schema.table, but is ${preview(value)}; nothing is sent to Databricks: ${advice}.`,
  )
  return undefined
}

function resolveToken(reader: Reader, env: boolean): AuthConfig | undefined {
  const token = reader.find(rules.token, env ? ['token', 'DATABRICKS_TOKEN'] : ['token'])
  const file = reader.find(rules.path, ['tokenFile'])
  if (token && !(file && token.name === 'DATABRICKS_TOKEN')) return { token: token.value }
  return file && { tokenFile: file.value }
}

function hostEndpoint(host: string | undefined): Endpoint | undefined {
  if (host === undefined || host.trim() === '') return undefined
  const text = host.trim()
  const endpoint = parseEndpoint(/^https?:\/\//i.test(text) ? text : `https://${text}`)
  return endpoint && { ...endpoint, query: '' }
}

function readProfile(reader: Reader, wanted: string | undefined, readFile: ReadFile): Profile {
  const name = wanted ?? reader.find(rules.line, ['DATABRICKS_CONFIG_PROFILE'])?.value ?? 'DEFAULT'
  const set = reader.find(rules.line, ['DATABRICKS_CONFIG_FILE'])?.value ?? '~/.databrickscfg'
  const path = set.startsWith('~/') ? join(homedir(), set.slice(2)) : set
  let text: string
  try {
    text = readFile(path)
  } catch {
    return { name, missing: `${set} cannot be read` }
  }
  const keys = iniSection(text, name)
  if (!keys) return { name, missing: `${set} has no section [${name}]` }
  const [host, token, clientId] = [keys.get('host'), keys.get('token'), keys.get('client_id')]
  return { name, ...(host && { host }), ...(token && { token }), ...(clientId && { clientId }) }
}

function hostMessage(host: string | undefined, profile: Profile | undefined): string {
  const why = host ? `${preview(host)} is not the URL of a workspace` : (profile?.missing ?? 'no host is set')
  return `Databricks is the tracking URI, but ${why}; nothing is sent there. Set DATABRICKS_HOST and DATABRICKS_TOKEN, or host and token in a profile of ~/.databrickscfg.`
}

function tokenMessage(reader: Reader, profile: Profile | undefined): string {
  const oauth =
    reader.raw('DATABRICKS_CLIENT_ID') !== undefined ||
    reader.raw('DATABRICKS_CLIENT_SECRET') !== undefined ||
    profile?.clientId !== undefined
  return oauth
    ? 'Databricks is configured with an OAuth client, which turnspan does not use; nothing is sent there. Set DATABRICKS_TOKEN (or token in the profile) to a personal access token.'
    : `Databricks is the tracking URI, but ${profile?.missing ?? 'no token is set'}; nothing is sent there. Set DATABRICKS_TOKEN, or token in a profile of ~/.databrickscfg.`
}
