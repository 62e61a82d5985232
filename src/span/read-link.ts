import type { Link, Span as OtelSpan, SpanContext } from '@opentelemetry/api'
import { isSpanContextValid } from '../runtime/otel-trace.ts'
import type { Attributes, SpanLinkData } from './ended-span.ts'

/** A link as it was meant, and as it is kept. */
export interface ReadLink {
  readonly context: SpanContext
  readonly data: SpanLinkData
}

/** Reads a link, or the span that it points to; `undefined` for what is neither. `copy` cleans its attributes. */
export function readLink(link: Link | OtelSpan, copy: (given: object) => Attributes): ReadLink | undefined {
  try {
    const context = 'spanContext' in link ? link.spanContext() : link.context
    const given = 'spanContext' in link ? undefined : link.attributes
    if (!isSpanContextValid(context)) return undefined
    const attributes = given && copy(given)
    const state = context.traceState?.serialize()
    const data = {
      traceId: context.traceId,
      spanId: context.spanId,
      traceFlags: context.traceFlags,
      ...(state && { traceState: state }),
      ...(attributes && { attributes }),
    }
    return { context, data }
  } catch {
    return undefined
  }
}

/** The items of a list; none of anything else, nor of one that refuses to be looked at. */
export function listOf<T>(given: readonly T[]): readonly T[] {
  try {
    return Array.isArray(given) ? [...given] : []
  } catch {
    return []
  }
}
