import { dataAt, read, text } from '../base/index.ts'

// The slices of the SDK that are touched, by structure: no version of it is imported, and any of these may be missing.

/** A client, a server, or whatever else speaks the protocol. */
export interface Protocol {
  readonly _transport?: Transport | undefined
  readonly _requestMessageId?: number
  readonly _requestHandlerAbortControllers?: Map<unknown, AbortController>
  /** What a client knows of its server. */
  readonly _serverVersion?: { readonly name?: unknown } | undefined
  /** What a server knows of its client. */
  readonly _clientVersion?: { readonly name?: unknown } | undefined
  readonly _negotiatedProtocolVersion?: unknown
}

/** What messages go through; applications write their own. */
export interface Transport {
  sessionId?: unknown
  send(this: unknown, message: unknown, ...rest: unknown[]): unknown
}

/** A request or notification before it gets its frame. */
export interface Outgoing {
  readonly method: string
  readonly params?: unknown
}

/** A request as it arrives. */
export interface Incoming extends Outgoing {
  readonly id: string | number
}

/** The answer to a request. */
export interface Answer {
  readonly id: unknown
  readonly result?: unknown
  readonly error?: { readonly code?: unknown; readonly message?: unknown }
}

/** Methods that carry the work; a trace may begin with them. */
const WORK: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
  'completion/complete',
  'sampling/createMessage',
  'elicitation/create',
])

/** Methods of the protocol itself: lists, handshakes, heartbeats, polls. */
const HOUSEKEEPING: RegExp =
  /^(initialize|ping|server\/discover|roots\/list|logging\/setLevel)$|^(tools|prompts|resources|resources\/templates)\/(list|subscribe|unsubscribe)$|^tasks\//

/**
 * Whether a trace may consist of `method` alone. Housekeeping stands in the trace during which it happens; on its own
 * it would fill the list of traces with handshakes and heartbeats.
 */
export const mayBeginTrace = (method: string): boolean => WORK.has(method) || !HOUSEKEEPING.test(method)

/** Requests that stay open as long as the connection does: a span would end long after its trace. */
const LASTING = 'subscriptions/listen'

/** Whether a request gets a span. `standsIn`: there is a trace for it to stand in. */
export const hasSpan = (method: string, standsIn: boolean): boolean =>
  method !== LASTING && (standsIn || mayBeginTrace(method))

/** The property `key` where it is text with something in it; a getter that throws has none. */
export const textAt = (value: unknown, key: string): string | undefined => text(read(value, key))

/** Whether `value` is a message to be answered or a notification, so that it can be read as one. */
export const isOutgoing = (value: unknown): value is Outgoing => text(dataAt(value, 'method')) !== undefined

export function isIncoming(value: unknown): value is Incoming {
  const id = dataAt(value, 'id')
  return isOutgoing(value) && (typeof id === 'string' || typeof id === 'number')
}
