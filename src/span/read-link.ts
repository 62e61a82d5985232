import type { Link, Span as OtelSpan, SpanContext } from '@opentelemetry/api'
import { isSpanContextValid } from '../runtime/otel-trace.ts'
import { stateTextOf } from '../runtime/trace-context.ts'
import type { Attributes } from './attributes.ts'
import { flagsOf } from './capture/clean-fields.ts'
import type { SpanLinkData } from './ended-span.ts'

/** A link as it was meant, and as it is kept. */
export interface ReadLink {
  readonly context: SpanContext
  readonly data: SpanLinkData
}

/** Reads a link, or the span that it points to; `undefined` for what is neither. `copy` cleans its attributes. */
export function readLink(link: Link | OtelSpan, copy: (given: object) => Attributes): ReadLink | undefined {
  try {
    const {
      traceId,
      spanId,
      traceFlags: flags,
      traceState,
    } = 'spanContext' in link ? link.spanContext() : link.context
    const given: unknown = 'spanContext' in link ? undefined : link.attributes
    if (!isSpanContextValid({ traceId, spanId, traceFlags: 0 })) return undefined
    const attributes = typeof given === 'object' && given !== null ? copy(given) : undefined
    const traceFlags = flagsOf(flags)
    const state = stateTextOf(traceState)
    return {
      context: { traceId, spanId, traceFlags, ...(state !== undefined && traceState && { traceState }) },
      data: {
        traceId,
        spanId,
        traceFlags,
        ...(state !== undefined && { traceState: state }),
        ...(attributes && { attributes }),
      },
    }
  } catch {
    return undefined
  }
}
