import { type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { diagnose, diagnoseOnce } from '../runtime/diagnostics.ts'
import { ownKeys, readProperty } from '../runtime/read-property.ts'
import { attributeValue } from '../span/capture/attribute-values.ts'
import { capture } from '../span/capture/capture.ts'
import { cleanText } from '../span/capture/capture-strings.ts'
import type { Captured } from '../span/capture/captured.ts'
import type { SpanHost } from '../span/live-span.ts'
import { redactText } from '../span/redact/redact.ts'
import { exportedKey } from '../span/semconv/exported-name.ts'
import { toJsonText } from '../span/semconv/json-text.ts'
import * as keys from '../span/semconv/keys.ts'
import { setEntry, type TraceRecord } from '../span/trace-record.ts'

/** What {@link updateCurrentTrace} can set on a whole trace. */
export interface TraceUpdate {
  /** Labels that may be changed in MLflow later. Values become text. */
  tags?: Record<string, unknown> | undefined
  /**
   * Facts that cannot be changed later; values become text of at most 250 characters. MLflow's reserved keys work:
   * `mlflow.trace.user`, `mlflow.trace.session`, `mlflow.source.type`, ... Anything beyond user and session costs one
   * REST call per trace.
   */
  metadata?: Record<string, unknown> | undefined
  /** User that the agent works for. */
  user?: string | undefined
  /** Conversation or session that the trace belongs to, at most 250 characters. */
  sessionId?: string | undefined
  /** Your own ID of the request, which MLflow can search by. */
  clientRequestId?: string | undefined
  /** Text shown for the request in lists, at most 1000 characters; content, so it needs `captureContent`. */
  requestPreview?: string | undefined
  /** Text shown for the response in lists, at most 1000 characters; content, so it needs `captureContent`. */
  responsePreview?: string | undefined
  /** State of the trace, when it differs from its root's. */
  state?: 'OK' | 'ERROR' | undefined
}

const UPDATE_KEYS: Readonly<Record<keyof TraceUpdate, true>> = {
  tags: true,
  metadata: true,
  user: true,
  sessionId: true,
  clientRequestId: true,
  requestPreview: true,
  responsePreview: true,
  state: true,
}

/** What {@link TraceUpdate} has. */
export const TRACE_UPDATE: KnownKeys = knownKeys('updateCurrentTrace()', UPDATE_KEYS, {
  attributes: 'metadata',
  status: 'state',
  requestid: 'clientRequestId',
  request: 'requestPreview',
  response: 'responsePreview',
})

const MAX_METADATA = 250
const MAX_SESSION = 250
const MAX_TAG = 4096
const MAX_PREVIEW = 1000
// What MLflow takes as a key; others it leaves out silently.
const KEY = /^[\w\-. :/]{1,250}$/

/** Writes `update` into `record`. What does not fit is put right or left out, with a diagnostic. */
export function applyUpdate(record: TraceRecord, given: TraceUpdate, host: SpanHost): void {
  const update = ownPart(given)
  if (update === undefined) return
  record.revision += 1
  setUser(record, update.user, host)
  setSession(record, update.sessionId, host)
  for (const [key, value] of entries(update.metadata)) setMetadata(record, key, value, host)
  for (const [key, value] of entries(update.tags)) setTag(record, key, value, host)
  const requestId = idText(update.clientRequestId, 'client request ID')
  if (requestId !== undefined) record.clientRequestId = exportedId(requestId, 'clientRequestId', host)
  const request = preview(update.requestPreview, 'requestPreview', host)
  const response = preview(update.responsePreview, 'responsePreview', host)
  if (request !== undefined) record.requestPreview = request
  if (response !== undefined) record.responsePreview = response
  if (update.state !== undefined) setState(record, update.state)
}

/** What `given` says itself, each option read once; `undefined` where that is nothing. */
function ownPart(given: TraceUpdate): TraceUpdate | undefined {
  let part: Record<string, unknown> | undefined
  for (const key of ownKeys(given)) {
    part ??= {}
    // An assignment to this key would set the prototype.
    if (key !== '__proto__') part[key] = readProperty(given, key)
  }
  return part
}

function setUser(record: TraceRecord, user: unknown, host: SpanHost): void {
  const text = idText(user, 'user')
  if (text !== undefined) record.userId = exportedId(text, keys.USER_ID, host)
}

function setSession(record: TraceRecord, sessionId: unknown, host: SpanHost): void {
  const text = idText(sessionId, 'session ID')
  if (text === undefined) return
  record.sessionId = cut(exportedId(text, keys.SESSION_ID, host), MAX_SESSION, 'The session ID')
}

function setMetadata(record: TraceRecord, given: string, value: unknown, host: SpanHost): void {
  const text = asText(value, given, host)
  const key = exportedKey(given, host.redact)
  if (text === undefined) return
  if (key === keys.METADATA_USER) setUser(record, text, host)
  else if (key === keys.METADATA_SESSION) setSession(record, text, host)
  else if (fits(key, 'metadata'))
    setEntry(record, 'metadata', key, cut(text, MAX_METADATA, `Metadata "${key}"`))
}

function setTag(record: TraceRecord, key: string, value: unknown, host: SpanHost): void {
  if (key === keys.METADATA_USER || key === keys.METADATA_SESSION) {
    diagnose(
      'warn',
      'TS_TAG_IS_METADATA',
      `"${key}" is metadata in MLflow, not a tag; it was set as metadata.`,
      { key },
    )
    setMetadata(record, key, value, host)
    return
  }
  if (key === keys.SPANS_LOCATION_TAG) {
    diagnose('warn', 'TS_TRACE_KEY', `The tag "${key}" was left out: MLflow reserves this key for itself.`, {
      key,
    })
    return
  }
  const text = asText(value, key, host)
  const exported = exportedKey(key, host.redact)
  if (text !== undefined && fits(exported, 'tag')) {
    setEntry(record, 'tags', exported, cut(text, MAX_TAG, `Tag "${exported}"`))
  }
}

function setState(record: TraceRecord, state: unknown): void {
  if (state === 'OK' || state === 'ERROR') record.state = state
  else
    diagnose(
      'warn',
      'TS_TRACE_STATE',
      `The state of a trace must be "OK" or "ERROR", but got ${typeof state === 'string' ? JSON.stringify(state.slice(0, 80)) : typeof state}.`,
      {},
    )
}

function preview(text: unknown, key: string, host: SpanHost): string | undefined {
  if (text === undefined || text === null || !host.captureContent) return undefined
  const kept = asText(text, key, host) ?? ''
  return kept.length > MAX_PREVIEW ? `${kept.slice(0, MAX_PREVIEW - 1)}…` : kept
}

/** Text of any value, redacted: as it is, or as JSON. */
function asText(value: unknown, key: string, host: SpanHost): string | undefined {
  if (value === undefined || value === null) return undefined
  const context = { span: 'trace', spanType: 'UNKNOWN', key }
  const options = host.redact
    ? { limits: host.limits, redact: host.redact, context }
    : { limits: host.limits }
  if (typeof value !== 'object') {
    const kept = attributeValue(value, options)
    return kept === undefined ? undefined : String(kept)
  }
  const kept: Captured = capture(value, options)
  return typeof kept === 'string' ? kept : toJsonText(kept)
}

function cut(text: string, most: number, what: string): string {
  if (text.length <= most) return text
  diagnose(
    'warn',
    'TS_TRACE_VALUE_CUT',
    `${what} has ${text.length} characters; MLflow accepts ${most}, so it was cut.`,
    {
      length: text.length,
      most,
    },
  )
  // A cut between the halves of a surrogate pair would leave text that no server stores.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most
  return text.slice(0, end)
}

function fits(key: string, what: string): boolean {
  if (KEY.test(key)) return true
  diagnose(
    'warn',
    'TS_TRACE_KEY',
    `The ${what} key ${JSON.stringify(key.slice(0, 80))} was left out: MLflow accepts letters, digits, spaces and _ - . : /, at most 250 characters.`,
    {},
  )
  return false
}

/** An ID as it leaves: after `redact`, of any length. */
function exportedId(id: string, key: string, { redact }: SpanHost): string {
  return redactText(id, redact, { span: 'trace', spanType: 'UNKNOWN', key }) || 'unnamed'
}

/** Text of an ID; nothing of what has no text that would name anybody. */
function idText(id: unknown, what: string): string | undefined {
  if (id === undefined || id === null || id === '') return undefined
  if (typeof id === 'string') return cleanText(id)
  if (typeof id === 'number' || typeof id === 'bigint') return String(id)
  diagnoseOnce(
    'warn',
    'TS_TRACE_ID_TEXT',
    `The ${what} of a trace must be a string, but got ${typeof id}; it was left out.`,
    {},
    what,
  )
  return undefined
}

function entries(given: Record<string, unknown> | undefined): [string, unknown][] {
  if (typeof given !== 'object' || given === null) return []
  return ownKeys(given).map((key) => [key, readProperty(given, key)])
}
