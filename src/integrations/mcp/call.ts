import type { Context } from '@opentelemetry/api'
import { createContextKey } from '../../runtime/otel-context.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import { toolOf } from './attributes.ts'
import type { Outgoing, Protocol } from './protocol.ts'

/**
 * One call can take several requests: it is sent again with what the server asked for, or polled for as a task.
 * All of them belong to the span of the call and get none of their own.
 */
export interface Call {
  readonly protocol: Protocol
  readonly request: Outgoing
  readonly span: LiveSpan
  /** The polls of a task belong to the call too. */
  readonly polls: boolean
}

const CALL: symbol = createContextKey('turnspan.mcp.call')

export const withCall = (context: Context, call: Call): Context => context.setValue(CALL, call)

/** For code that only happens to run inside of the call: a handler, or a server in the same process. */
export const withoutCall = (context: Context): Context =>
  context.getValue(CALL) === undefined ? context : context.deleteValue(CALL)

/** The call that `request` is a part of. */
export function callOf(context: Context, protocol: Protocol, request: Outgoing): Call | undefined {
  const call = context.getValue(CALL) as Call | undefined
  if (call === undefined || call.protocol !== protocol) return undefined
  if (call.polls && request.method.startsWith('tasks/')) return call
  const isSame = call.request.method === request.method && toolOf(call.request) === toolOf(request)
  return isSame ? call : undefined
}

/** Whether the running code belongs to a call of `protocol`. */
export const isWithinCall = (context: Context, protocol: Protocol): boolean =>
  (context.getValue(CALL) as Call | undefined)?.protocol === protocol
