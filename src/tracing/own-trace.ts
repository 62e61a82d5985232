import type { Context, Span as OtelSpan } from '@opentelemetry/api'
import { applyUpdate } from '../context/trace-update.ts'
import { traceIdFromResponseId } from '../ids/response-id.ts'
import { diagnose } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { isSpanContextValid, trace } from '../runtime/otel-trace.ts'
import { isLiveSpan } from '../span/is-live-span.ts'
import type { LiveSpan } from '../span/live-span.ts'
import type { OpenSpan } from '../span/open-spans.ts'
import { SpanType } from '../span/semconv/span-type.ts'
import { liveSpanIn } from '../tracer/context-keys.ts'

/** The trace that belongs to a response ID. */
export interface OwnTrace {
  /** Its ID; none where the response ID is malformed. */
  readonly traceId: string | undefined
  /** The active span whose trace is left for it. */
  readonly left: OtelSpan | undefined
}

/**
 * Where a span with a response ID stands: it is the root of the trace that belongs to the ID, so that it is found by it, also
 * where another span is active. Below an open turn of an agent it stays: a turn and its sub-agents are one tree.
 */
export function ownTraceFor(responseId: unknown, context: Context, nest: boolean): OwnTrace {
  const traceId = traceIdOf(responseId)
  const above = trace.getSpan(context)
  const leaves = traceId !== undefined && !nest && above !== undefined && mayLeave(context, above, traceId)
  return { traceId, left: leaves ? above : undefined }
}

function mayLeave(context: Context, above: OtelSpan, traceId: string): boolean {
  const { traceId: there } = above.spanContext()
  if (!isSpanContextValid(above.spanContext()) || there === traceId) return false
  const nearest = isLiveSpan(above) ? above : liveSpanIn(context)
  return nearest?.traceId !== there || !isInTurn(nearest)
}

/** Whether an agent's turn is open at or above `span`. */
function isInTurn(span: LiveSpan): boolean {
  for (let above: OpenSpan | undefined = span; above !== undefined; above = above.parent) {
    if (!isLiveSpan(above) || above.external) continue
    if (above.spanType === SpanType.AGENT && above.trace.open.has(above.spanId)) return true
  }
  return false
}

/** Ties `span` to the one whose trace it has left: a link each way, and the same user and session. */
export function tieTo(left: OtelSpan, span: LiveSpan): void {
  span.addLink({ context: left.spanContext() })
  try {
    left.addLink?.({ context: span.spanContext() })
  } catch {
    // The application's span may be of an SDK that does not take links after the start.
  }
  if (!isLiveSpan(left)) return
  const { userId, sessionId } = left.trace
  applyUpdate(
    span.trace,
    {
      ...(userId !== undefined && span.trace.userId === undefined && { user: userId }),
      ...(sessionId !== undefined && span.trace.sessionId === undefined && { sessionId }),
    },
    span.host,
  )
}

function traceIdOf(responseId: unknown): string | undefined {
  try {
    return traceIdFromResponseId(responseId as string)
  } catch (thrown) {
    diagnose(
      'warn',
      'TS_RESPONSE_ID',
      `${messageOf(thrown)} The trace got a random ID, so it cannot be found by this response ID.`,
      {},
    )
    return undefined
  }
}
