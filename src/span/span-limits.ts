import { diagnoseOnce } from '../runtime/diagnostics.ts'
import type { DroppedCounts } from './ended-span.ts'

export const MAX_ATTRIBUTES = 1000
export const MAX_EVENTS = 1000
export const MAX_LINKS = 128

/** {@link DroppedCounts} as they grow. */
export type Dropping = { -readonly [K in keyof DroppedCounts]: DroppedCounts[K] }

export const noneDropped = (): Dropping => ({ attributes: 0, events: 0, links: 0 })

/** Says, once, that a span had more than it can keep: whoever does that does it often. */
export function sayLimits(name: string, dropped: DroppedCounts): void {
  const { attributes, events, links } = dropped
  diagnoseOnce(
    'warn',
    'TS_SPAN_LIMITS',
    `The span "${name}" exceeded the limits of a span (${MAX_ATTRIBUTES} attributes, ${MAX_EVENTS} events, ${MAX_LINKS} links): ` +
      `${attributes} attributes, ${events} events and ${links} links were dropped; other spans may be affected as well. ` +
      "Each span carries its own counts, as OTLP's dropped counts. Put large collections into spans of their own, or into a single value.",
    { name, attributes, events, links },
  )
}
