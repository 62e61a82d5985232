import { homedir, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from './config.ts'
import type { Environment } from './environment.ts'
import type { Reader } from './reader.ts'
import * as rules from './rules.ts'

const MAX_BYTES = 512 * 1024 * 1024

/** What was asked for, before defaults; `false` for none. */
type Asked = false | { readonly dir?: string; readonly maxBytes?: number }

const option: rules.Rule<Asked> = rules.parsed((value) => {
  if (typeof value === 'boolean') return value ? {} : false
  return isSpool(value) ? value : undefined
})

/** A switch, or a folder: what is no word for yes or no is a path. */
const variable: rules.Rule<Asked> = rules.parsed((value) => {
  const flag = rules.readFlag(value)
  if (flag !== undefined) return flag ? {} : false
  const path = rules.line('TURNSPAN_SPOOL').safeParse(value)
  return path.success ? { dir: path.data } : undefined
})

/** What goes to disk: all spans until they are delivered, or those that are left when the process ends, or nothing. */
export function resolveSpool(reader: Reader, env: Environment): Pick<Config, 'spool' | 'leftovers'> {
  const either: rules.Rule<Asked> = (name) => (name === 'spool' ? option : variable)(name)
  const asked = reader.find(either, ['spool', 'TURNSPAN_SPOOL'], 'spans wait in memory only')
  if (asked === undefined) {
    const isSet = [reader.raw('spool'), reader.raw('TURNSPAN_SPOOL')].some((value) => value !== undefined)
    return isSet ? {} : { leftovers: { dir: defaultDir(env), maxBytes: MAX_BYTES } }
  }
  if (asked.value === false) return {}
  const { dir, maxBytes = MAX_BYTES } = asked.value
  return { spool: { dir: dir === undefined ? defaultDir(env) : resolve(dir), maxBytes } }
}

/** The user's own folder for what programs keep between their runs. */
function defaultDir(env: Environment): string {
  const state = stateDir(env)
  return join(state, 'turnspan', 'spool')
}

function stateDir(env: Environment): string {
  const { XDG_STATE_HOME: xdg, LOCALAPPDATA: local } = env
  // The specification has relative paths ignored.
  if (xdg?.startsWith('/')) return xdg
  const home = homeDir()
  if (home === undefined) return join(tmpdir(), `turnspan-${userId()}`)
  if (process.platform === 'win32') return local || join(home, 'AppData', 'Local')
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support')
  return join(home, '.local', 'state')
}

// Containers run under user IDs that have no home, or none that exists.
function homeDir(): string | undefined {
  try {
    const home = homedir()
    return home === '' || home === '/' ? undefined : home
  } catch {
    return undefined
  }
}

function userId(): string {
  try {
    return String(process.getuid?.() ?? userInfo().username)
  } catch {
    return 'user'
  }
}

function isSpool(value: unknown): value is { readonly dir?: string; readonly maxBytes?: number } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(([key, item]) => {
    if (item === undefined) return key === 'dir' || key === 'maxBytes'
    if (key === 'dir') return rules.line(key).safeParse(item).success
    return key === 'maxBytes' && rules.count(key).safeParse(item).success
  })
}
