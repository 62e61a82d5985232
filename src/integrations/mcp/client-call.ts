import type { Context } from '@opentelemetry/api'
import { runIn } from '../../context/active-context.ts'
import { trace } from '../../runtime/otel-trace.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import { SpanType } from '../../span/semconv/span-type.ts'
import { liveSpanIn } from '../../tracer/context-keys.ts'
import type { Pipeline } from '../../tracer/pipeline.ts'
import { type Follower, follow } from '../../tracing/follow.ts'
import { activeContext, contextOf, openSpan, tracingIn } from '../../tracing/open-span.ts'
import { dataAt, read } from '../base/index.ts'
import { keepingMeta } from './amended-send.ts'
import {
  CLIENT,
  connectionAttributes,
  conventionalName,
  inputsOf,
  REQUEST_ID,
  rememberAgreed,
  rememberVersion,
  requestAttributes,
  toolOf,
} from './attributes.ts'
import { callOf, withCall } from './call.ts'
import { type MetaOptions, withMeta } from './meta.ts'
import { isToolError, recordErrorAnswer, recordFailure, recordResult, recordToolError } from './outcome.ts'
import { observedOptions } from './progress.ts'
import { hasSpan, type Outgoing, type Protocol, textAt } from './protocol.ts'
import { borrow, toolAbove } from './tool-above.ts'
import { countUsage, noteRequest } from './usage.ts'

/** A request on its way out: what is to be sent, with which options, and how. */
export interface OutgoingCall<T> {
  readonly protocol: Protocol
  readonly request: Outgoing
  /** The SDK's request options. */
  readonly options: unknown
  readonly meta: MetaOptions
  send(request: Outgoing, options: unknown): T
}

/** A call with the span that stands for it. */
interface SpanOfCall {
  readonly span: LiveSpan
  /** The span is a framework's, which ends it. */
  readonly borrowed: boolean
}

/** Sends one request in a span of its own, or as a part of the call that it belongs to. */
export function sendRequest<T>(call: OutgoingCall<T>): T {
  const context = activeContext()
  const part = callOf(context, call.protocol, call.request)
  if (part !== undefined) return sendWithin(call, part.span)
  return inCall(call, context, false, (span) => sendWithin(call, span))
}

/** Runs what sends a request, maybe several times: the helper of a client. All of them are one call. */
export function runCall<T>(call: OutgoingCall<T>): T {
  const context = activeContext()
  if (callOf(context, call.protocol, call.request) !== undefined) return call.send(call.request, call.options)
  return inCall(call, context, false, () => call.send(call.request, call.options))
}

/** Runs a request whose work is a task on the server: asked for, polled, and fetched in one call. */
export function streamCall<T>(call: OutgoingCall<T>): T {
  return inCall(call, activeContext(), true, () => call.send(call.request, call.options))
}

function inCall<T>(call: OutgoingCall<T>, context: Context, polls: boolean, run: (span: LiveSpan) => T): T {
  const pipeline = tracingIn(context)
  if (pipeline === undefined || !belongsToTrace(context, call.request)) {
    return noteVersion(call, call.send(call.request, call.options))
  }
  const made = spanOfCall(pipeline, context, call)
  const { protocol, request } = call
  const inside = withCall(contextOf(context, made.span), { protocol, request, span: made.span, polls })
  const follower = followerOf(made, call, inside)
  let result: T
  try {
    result = runIn(inside, () => run(made.span))
  } catch (thrown) {
    follower.failed(thrown)
    throw thrown
  }
  return follow(result, follower) as T
}

/** Most connections are made before any trace begins, but what they agreed on belongs to every later span. */
function noteVersion<T>({ protocol, request }: OutgoingCall<T>, result: T): T {
  return request.method === 'initialize' ? rememberAgreed(protocol, result) : result
}

/** Whether there is a trace for `request` to stand in, or it may begin one. */
function belongsToTrace(context: Context, { method }: Outgoing): boolean {
  return hasSpan(method, trace.getSpan(context) !== undefined || liveSpanIn(context) !== undefined)
}

function spanOfCall(
  pipeline: Pipeline,
  context: Context,
  { protocol, request }: OutgoingCall<unknown>,
): SpanOfCall {
  const tool = toolOf(request)
  const attributes = { ...requestAttributes(request), ...connectionAttributes(protocol) }
  const above =
    tool === undefined ? undefined : toolAbove(context, tool, textAt(protocol._serverVersion, 'name'))
  // The conventions ask to add to a framework's span of the same call rather than to make a second one.
  if (above?.direct && borrow(above.span)) {
    above.span.setAttributes(attributes)
    return { span: above.span, borrowed: true }
  }
  const counts = tool !== undefined && above === undefined
  const span = openSpan(pipeline, context, {
    name: counts ? tool : conventionalName(request),
    spanType: counts ? SpanType.TOOL : SpanType.TASK,
    kind: CLIENT,
    attributes,
    inputs: inputsOf(request),
  })
  return { span, borrowed: false }
}

function sendWithin<T>({ protocol, request, options, meta, send }: OutgoingCall<T>, span: LiveSpan): T {
  const context = activeContext()
  const sent = withMeta(request, meta)
  contexts.set(sent, context)
  const id = protocol._requestMessageId
  try {
    const observed = observedOptions(options, span, context)
    return observed === options
      ? send(sent, options)
      : keepingMeta(protocol._transport, meta, () => send(sent, observed))
  } finally {
    const next = protocol._requestMessageId
    if (typeof id === 'number' && typeof next === 'number' && next > id) {
      span.setAttribute(REQUEST_ID, String(id))
      noteRequest(span, id)
    }
  }
}

const contexts: WeakMap<object, Context> = new WeakMap()

/** Runs `fn` in the context in which `request` was sent: what the SDK does on an answer has lost it. */
export function asSent<T>(request: unknown, fn: () => T): T {
  const context = typeof request === 'object' && request !== null ? contexts.get(request) : undefined
  return context === undefined ? fn() : runIn(context, fn)
}

function followerOf(made: SpanOfCall, call: OutgoingCall<unknown>, context: Context): Follower {
  const { span } = made
  const end = (): void => {
    countUsage(call.protocol, span)
    if (!made.borrowed) span.end()
  }
  return {
    item: (message) => recordTaskMessage(span, message),
    done(result) {
      // A framework records the result in its own words, but may not know that it says that the tool failed.
      if (!made.borrowed) recordResult(span, result)
      else if (isToolError(result)) recordToolError(span, result)
      if (call.request.method === 'initialize') rememberVersion(call.protocol, result)
      end()
    },
    failed(error) {
      if (!made.borrowed) recordFailure(span, error, isAborted(call.options))
      end()
    },
    stopped: end,
    run: (fn) => runIn(context, fn),
  }
}

const isAborted = (options: unknown): boolean => read(dataAt(options, 'signal'), 'aborted') === true

/** What the stream of a task yields. */
function recordTaskMessage(span: LiveSpan, message: unknown): void {
  const type = textAt(message, 'type')
  if (type === 'result') recordResult(span, read(message, 'result'))
  else if (type === 'error') recordErrorAnswer(span, read(message, 'error'))
  else if (type === 'taskCreated' || type === 'taskStatus') {
    const status = textAt(read(message, 'task'), 'status')
    span.addEvent(`mcp.${type}`, { 'mcp.task.status': status })
  }
}
