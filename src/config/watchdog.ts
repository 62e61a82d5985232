import type { WatchdogConfig } from './config.ts'
import type { Reader } from './reader.ts'
import * as rules from './rules.ts'

const TEN_MINUTES_MS = 600_000

/** What was asked for, before defaults; `false` for none. */
type Asked = false | { readonly afterMs?: number; readonly exportOpen?: boolean }

const option: rules.Rule<Asked> = rules.parsed((value) => {
  if (typeof value === 'boolean') return value ? {} : false
  return isWatchdog(value) ? value : undefined
})

/** A switch, a time in milliseconds, or `export`. */
const variable: rules.Rule<Asked> = rules.parsed((value) => {
  const flag = rules.readFlag(value)
  if (flag !== undefined) return flag ? {} : false
  if (typeof value === 'string' && value.trim().toLowerCase() === 'export') return { exportOpen: true }
  const ms = rules.timeoutMs('TURNSPAN_WATCHDOG').safeParse(value)
  return ms.success ? { afterMs: ms.data } : undefined
})

/** When spans that do not end are said, and whether they are sent. */
export function resolveWatchdog(reader: Reader): WatchdogConfig | undefined {
  const either: rules.Rule<Asked> = (name) => (name === 'watchdog' ? option : variable)(name)
  const asked = reader.find(
    either,
    ['watchdog', 'TURNSPAN_WATCHDOG'],
    'spans open for 10 minutes are reported',
  )
  if (asked === undefined) return { afterMs: TEN_MINUTES_MS, exportOpen: false, callSites: false }
  if (asked.value === false) return undefined
  const { afterMs = TEN_MINUTES_MS, exportOpen = false } = asked.value
  return { afterMs, exportOpen, callSites: true }
}

function isWatchdog(value: unknown): value is { readonly afterMs?: number; readonly exportOpen?: boolean } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(([key, item]) => {
    if (item === undefined) return key === 'afterMs' || key === 'exportOpen'
    if (key === 'afterMs') return rules.timeoutMs(key).safeParse(item).success
    return key === 'exportOpen' && typeof item === 'boolean'
  })
}
