import { type Context, createContextKey } from '@opentelemetry/api'
import type { LiveSpan } from '../span/live-span.ts'

// createContextKey gives the same symbol for the same text in every copy of the API.
const SPAN: symbol = createContextKey('turnspan.span')

/** The nearest span of turnspan in `context`; also where a span of another library is the active one. */
export function liveSpanIn(context: Context): LiveSpan | undefined {
  return context.getValue(SPAN) as LiveSpan | undefined
}

export function withLiveSpan(context: Context, span: LiveSpan): Context {
  return context.setValue(SPAN, span)
}
