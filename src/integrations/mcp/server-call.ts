import type { Context, Link } from '@opentelemetry/api'
import { runIn } from '../../context/active-context.ts'
import { trace } from '../../runtime/otel-trace.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import { SpanType } from '../../span/semconv/span-type.ts'
import { liveSpanIn } from '../../tracer/context-keys.ts'
import type { Pipeline } from '../../tracer/pipeline.ts'
import { ownMemberIn } from '../../tracer/trace-state.ts'
import { follow } from '../../tracing/follow.ts'
import { activeContext, contextOf, openSpan, tracingIn } from '../../tracing/open-span.ts'
import type { Method } from '../base/index.ts'
import { forget, type Handling, watchAnswers, withHandling } from './answers.ts'
import {
  connectionAttributes,
  conventionalName,
  inputsOf,
  isNetwork,
  REQUEST_ID,
  requestAttributes,
  SERVER,
  toolOf,
} from './attributes.ts'
import { isWithinCall, withoutCall } from './call.ts'
import { inOrigin, type Origin } from './meta.ts'
import { recordCancelled, recordErrorAnswer, recordFailure, recordResult } from './outcome.ts'
import { type Answer, hasSpan, type Incoming, isOutgoing, type Protocol } from './protocol.ts'
import { borrow, toolAbove } from './tool-above.ts'
import { wantsUsage, withUsage } from './usage.ts'

/** A request that came in, and what the transport says of it. */
export interface IncomingCall {
  readonly protocol: Protocol
  readonly request: Incoming
  readonly extra: unknown
  /** Has the SDK handle it; returns long before the handler does. */
  handle(): void
}

/** Handles a request in the trace of whoever sent it, in a span that ends as the answer is sent. */
export function handleRequest(call: IncomingCall): void {
  const ambient = activeContext()
  if (tracingIn(ambient) === undefined) call.handle()
  else
    inOrigin(call.request, isNetwork(call.protocol, call.extra), (origin) =>
      handleIn(withoutCall(activeContext()), ambient, origin, call),
    )
}

function handleIn(context: Context, ambient: Context, origin: Origin, call: IncomingCall): void {
  const { protocol, request } = call
  const pipeline = tracingIn(context)
  const standsIn = origin.known || isOpen(ambient)
  const isTraced = pipeline !== undefined && hasSpan(request.method, standsIn)
  const watch = isTraced ? watchAnswers(protocol._transport) : undefined
  if (!isTraced || watch === undefined) {
    runIn(context, call.handle)
    return
  }
  const related = standsIn ? linksOf(context, ambient) : null
  const span = openHandlerSpan({ pipeline, context, origin, related }, call)
  // It stands for what came in, and not for a call of the same tool elsewhere that the handler passes on to.
  borrow(span)
  const tells = origin.local === undefined && wantsUsage(request)
  const answered = (answer: Answer): Answer => {
    const told = tells ? withUsage(answer, span) : answer
    recordAnswer(span, answer)
    return told
  }
  const handling: Handling = { id: request.id, span, answered }
  watch(handling)
  try {
    runIn(withHandling(contextOf(context, span), handling), call.handle)
  } finally {
    endWhenCancelled(call, handling)
  }
}

/** A long-lived connection keeps the span active in which it was made; once that has ended, nothing belongs to it. */
function isOpen(context: Context): boolean {
  const active = trace.getSpan(context)
  return active !== undefined && (active !== liveSpanIn(context) || active.isRecording())
}

/** Where the span of a handler stands. */
interface CallPlace {
  readonly pipeline: Pipeline
  readonly context: Context
  readonly origin: Origin
  /** Spans to link; `null` for a trace of its own. */
  readonly related: Link[] | null
}

function openHandlerSpan(place: CallPlace, { protocol, request, extra }: IncomingCall): LiveSpan {
  const { pipeline, context, origin, related } = place
  const tool = toolOf(request)
  const counts = tool !== undefined && !isCounted(context, tool, origin)
  return openSpan(pipeline, context, {
    name: counts ? tool : conventionalName(request),
    spanType: counts ? SpanType.TOOL : SpanType.TASK,
    kind: SERVER,
    attributes: {
      ...requestAttributes(request),
      ...connectionAttributes(protocol, extra),
      [REQUEST_ID]: String(request.id),
    },
    inputs: inputsOf(request),
    ...(related === null ? { parent: null } : { links: related }),
  })
}

/** Whether the sender's trace has a span of type TOOL for this call already: MLflow counts every one. */
function isCounted(context: Context, tool: string, origin: Origin): boolean {
  if (!origin.known) return toolAbove(context, tool, undefined) !== undefined
  return origin.local !== undefined || ownMemberIn(trace.getSpanContext(context)?.traceState) !== undefined
}

/** The span of the transport, an HTTP server's say, where it is another one than the sender's. */
function linksOf(context: Context, ambient: Context): Link[] {
  const [sender, around] = [trace.getSpanContext(context), trace.getSpanContext(ambient)]
  return around === undefined || around.spanId === sender?.spanId ? [] : [{ context: around }]
}

function recordAnswer(span: LiveSpan, answer: Answer): void {
  if (answer.error !== undefined) recordErrorAnswer(span, answer.error)
  else recordResult(span, answer.result)
  span.end()
}

/** A request that is cancelled, or whose connection closes, gets no answer. */
function endWhenCancelled({ protocol, request }: IncomingCall, handling: Handling): void {
  const transport = protocol._transport
  const signal = protocol._requestHandlerAbortControllers?.get(request.id)?.signal
  const end = (): void => endUnanswered(transport, handling, signal?.reason)
  // Without a controller the SDK dropped the request, or has answered it already.
  if (signal === undefined || signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
}

/** Ends the span of a request that will not be answered. */
export function endUnanswered(transport: Protocol['_transport'], handling: Handling, reason: unknown): void {
  if (transport === undefined || !forget(transport, handling)) return
  recordCancelled(handling.span, reason)
  handling.span.end()
}

/**
 * The handler of a request that came inside of a result, as the newer protocol asks for input: it runs in a span, as
 * if the request had come by itself.
 */
export function handlerWithin(protocol: Protocol, handler: Method): Method {
  const context = activeContext()
  const pipeline = tracingIn(context)
  if (pipeline === undefined || !isWithinCall(context, protocol)) return handler
  return function (...args) {
    const request: unknown = args[0]
    if (!isOutgoing(request)) return Reflect.apply(handler, this, args)
    const span = openSpan(pipeline, context, {
      name: conventionalName(request),
      spanType: SpanType.TASK,
      kind: SERVER,
      attributes: { ...requestAttributes(request), ...connectionAttributes(protocol) },
      inputs: inputsOf(request),
    })
    return runHandler(span, contextOf(withoutCall(context), span), () => Reflect.apply(handler, this, args))
  }
}

function runHandler(span: LiveSpan, context: Context, handle: () => unknown): unknown {
  const failed = (error: unknown): void => {
    recordFailure(span, error, false)
    span.end()
  }
  let result: unknown
  try {
    result = runIn(context, handle)
  } catch (thrown) {
    failed(thrown)
    throw thrown
  }
  return follow(result, {
    item: () => undefined,
    done(value) {
      recordResult(span, value)
      span.end()
    },
    failed,
    stopped: () => span.end(),
    run: (fn) => runIn(context, fn),
  })
}
