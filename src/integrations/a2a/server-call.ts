import { runIn } from '../../context/active-context.ts'
import { type Carrier, withRemoteContext } from '../../context/propagation.ts'
import { trace } from '../../runtime/otel-trace.ts'
import { ownMemberIn } from '../../tracer/trace-state.ts'
import { activeContext, contextOf, openSpan, tracingIn } from '../../tracing/open-span.ts'
import {
  dataAt,
  follow,
  itemsOf,
  keys,
  type LiveSpan,
  type Method,
  read,
  SpanType,
  text,
} from '../base/index.ts'
import { type Headers, incomingHeaders } from './incoming-headers.ts'
import { nothingTold, shownParts, type Told, tellEvent } from './messages.ts'
import { noteTask, recordTold, SERVER } from './span.ts'

/** A message that an agent is to answer. */
export interface Execution {
  readonly card: unknown
  /** The SDK's request context: message, task, conversation, headers. */
  readonly request: unknown
  /** What the agent publishes its answer on. */
  readonly bus: unknown
}

/** Has an agent answer in the trace of whoever asked, in a span that ends when the agent has. */
export function runExecutor(execution: Execution, execute: () => unknown): unknown {
  if (tracingIn(activeContext()) === undefined) return execute()
  return inCallersTrace(headersOf(execution.request), () => {
    const context = activeContext()
    const pipeline = tracingIn(context)
    if (pipeline === undefined) return execute()
    const name = text(dataAt(execution.card, 'name')) ?? 'unnamed'
    const parent = trace.getSpanContext(context)
    // The caller's turnspan has a span of type AGENT for this already.
    const isCounted = parent?.isRemote === true && ownMemberIn(parent.traceState) !== undefined
    const span = openSpan(pipeline, context, {
      name: isCounted ? `execute ${name}` : `agent:${name}`,
      spanType: isCounted ? SpanType.TASK : SpanType.AGENT,
      kind: SERVER,
      attributes: { [keys.AGENT_NAME]: name },
    })
    describe(span, execution.request)
    return runInSpan(span, execution.bus, (fn) => runIn(contextOf(context, span), fn), execute)
  })
}

function describe(span: LiveSpan, request: unknown): void {
  noteTask(span, { taskId: text(read(request, 'taskId')), contextId: text(read(request, 'contextId')) })
  if (!span.wantsContent) return
  // Where version 1 has the request, 0.3 has the message.
  const message = dataAt(request, 'request', 'message') ?? dataAt(request, 'userMessage')
  span.setInputs(shownParts(itemsOf(dataAt(message, 'parts'))))
}

function runInSpan(
  span: LiveSpan,
  bus: unknown,
  run: <R>(fn: () => R) => R,
  execute: () => unknown,
): unknown {
  const told = nothingTold()
  const stop = listen(bus, told)
  const end = (): void => {
    stop()
    recordTold(span, told)
    span.end()
  }
  const failed = (error: unknown): void => {
    stop()
    recordTold(span, told)
    span.recordException(error)
    span.setStatus('ERROR', text(read(error, 'message')))
    span.end()
  }
  let result: unknown
  try {
    result = run(execute)
  } catch (thrown) {
    failed(thrown)
    throw thrown
  }
  return follow(result, { item: () => undefined, done: end, failed, stopped: end, run })
}

/** Hears what an agent publishes. */
function listen(bus: unknown, told: Told): () => void {
  const [on, off] = [read(bus, 'on'), read(bus, 'off')]
  if (typeof on !== 'function' || typeof off !== 'function') return () => undefined
  const hear = (event: unknown): void => {
    try {
      tellEvent(told, event)
    } catch {
      // What cannot be read is published all the same.
    }
  }
  const call = (method: unknown): void => {
    try {
      Reflect.apply(method as Method, bus, ['event', hear])
    } catch {
      // A bus of the program that is another one than it seems.
    }
  }
  call(on)
  return () => call(off)
}

/** The headers of the request: where the SDK's server keeps them, else those that Node told of. */
function headersOf(request: unknown): Headers | undefined {
  const state = read(request, 'context', 'state')
  const headers: unknown = state instanceof Map ? state.get('headers') : undefined
  return typeof headers === 'object' && headers !== null ? (headers as Headers) : incomingHeaders()
}

/** Below the caller's span; or where the program is, when an HTTP instrumentation has brought it into that trace. */
function inCallersTrace<T>(headers: Headers | undefined, fn: () => T): T {
  const traceparent = text(headers?.traceparent)
  const here = trace.getSpanContext(activeContext())
  if (traceparent === undefined || here?.traceId === traceparent.split('-')[1]) return fn()
  return withRemoteContext(headers as Carrier, fn)
}
