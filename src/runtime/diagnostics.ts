import { realTime } from './real-time.ts'
import { processWide } from './registry.ts'
import { dataWithoutSecrets, withoutLongSecrets } from './secrets.ts'
import { writeStderr } from './stderr.ts'

/** How serious a diagnostic is. `error`: data is being lost; `warn`: something should be put right; `info`: good to know. */
export type DiagnosticLevel = 'info' | 'warn' | 'error'

/** A message of turnspan about itself, as data. */
export interface Diagnostic {
  /** Stable name of the event, for programs: `TS_EXPORT_FAILED`, `TS_CONFIG_INVALID`, ... */
  readonly code: string
  readonly level: DiagnosticLevel
  /** Text for people: what happened, and what to do. */
  readonly message: string
  /** Details, by name. They never contain credentials. */
  readonly data: Readonly<Record<string, unknown>>
}

/** Receives diagnostics. A listener that throws is ignored. */
export type DiagnosticListener = (diagnostic: Diagnostic) => void

interface State {
  readonly listeners: Set<DiagnosticListener>
  /** When the last line of each `code` and `key` went to stderr, and how many were held back since. */
  readonly printed: Map<string, { at: number; held: number }>
}

const QUIET_MS = 30_000
const MAX_KEYS = 500

const state = (): State =>
  processWide('diagnostics', () => ({ listeners: new Set<DiagnosticListener>(), printed: new Map() }))

/**
 * Calls `listener` for every diagnostic from now on.
 *
 * @returns a function that ends the subscription
 * @example
 * const stop = onDiagnostic((d) => logger.warn({ code: d.code, ...d.data }, d.message))
 */
export function onDiagnostic(listener: DiagnosticListener): () => void {
  const { listeners } = state()
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/**
 * Says `message`: to every listener, and for warnings and errors as one line on stderr (stdout belongs to the
 * application: stdio MCP servers speak their protocol there). Lines of one code and key come at most every
 * 30 seconds; the next one says how many were held back.
 *
 * @returns whether it was printed
 */
export function diagnose(
  level: DiagnosticLevel,
  code: string,
  message: string,
  data: Readonly<Record<string, unknown>> = {},
  key = '',
): boolean {
  const diagnostic = diagnosticOf(level, code, message, data)
  tell(diagnostic)
  return print(diagnostic, key)
}

/**
 * Says that what was said to be wrong is right again. It is printed, though it is good news, where the bad news was:
 * with each line of that kind at most once, so that it needs no limit of its own.
 *
 * @param aloud - whether {@link diagnose} printed the bad news since the last good news
 */
export function diagnoseMended(
  aloud: boolean,
  code: string,
  message: string,
  data: Readonly<Record<string, unknown>> = {},
): void {
  const diagnostic = diagnosticOf('info', code, message, data)
  tell(diagnostic)
  if (aloud) write(diagnostic, '')
}

/** No secret gets out, whoever put it into the message: a server that gives back what it was sent, or an address. */
const diagnosticOf = (
  level: DiagnosticLevel,
  code: string,
  message: string,
  data: Diagnostic['data'],
): Diagnostic =>
  Object.freeze({ code, level, message: withoutLongSecrets(message), data: dataWithoutSecrets(data) })

function tell(diagnostic: Diagnostic): void {
  const { listeners } = state()
  if (listeners.size === 0) return
  // One that causes again what it is told of would be told of it for ever.
  const telling = processWide('telling', () => new Set<string>())
  if (telling.has(diagnostic.code)) return
  telling.add(diagnostic.code)
  for (const listener of [...listeners]) {
    try {
      listener(diagnostic)
    } catch {
      // A listener's own fault must not reach the code being traced.
    }
  }
  telling.delete(diagnostic.code)
}

/** {@link diagnose}, once per process for each code and key. */
export function diagnoseOnce(
  level: DiagnosticLevel,
  code: string,
  message: string,
  data: Readonly<Record<string, unknown>> = {},
  key = '',
): void {
  const said = processWide('diagnosed', () => new Set<string>())
  const id = `${code} ${key}`
  if (said.has(id)) return
  if (said.size < MAX_KEYS) said.add(id)
  diagnose(level, code, message, data, key)
}

/** Forgets what has been said, so that a fresh `init` says it again. */
export function resetDiagnosed(): void {
  processWide('diagnosed', () => new Set<string>()).clear()
  state().printed.clear()
}

function print(diagnostic: Diagnostic, key: string): boolean {
  if (diagnostic.level === 'info') return false
  const { printed } = state()
  const id = `${diagnostic.code} ${key}`
  const now = realTime.epochMs()
  const last = printed.get(id)
  if (last && now - last.at < QUIET_MS && now >= last.at) {
    last.held += 1
    return false
  }
  if (printed.size >= MAX_KEYS) printed.clear()
  printed.set(id, { at: now, held: 0 })
  const again = last?.held ? ` (${last.held} more like this in the last ${QUIET_MS / 1000} s)` : ''
  write(diagnostic, again)
  return true
}

function write({ level, code, message }: Diagnostic, again: string): void {
  writeStderr(`turnspan ${level}: ${oneLine(message)}${again} [${code}]`)
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ')
