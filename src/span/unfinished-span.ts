import { hrTimeOfMs } from '../runtime/clock.ts'
import { type EndedSpan, plainSpan } from './ended-span.ts'
import type { LiveSpan } from './live-span.ts'
import * as keys from './semconv/keys.ts'
import { keptName } from './span-rules.ts'

/** What is known of `span` now, while it is open, as a span that ends at `nowMs` and is marked as open. */
export function unfinishedSpan(live: LiveSpan, nowMs: number): EndedSpan {
  const span = plainSpan(live)
  return {
    ...span,
    // Only the attributes may have told whose span it is.
    name: keptName(live, live.name, 'span'),
    endTime: hrTimeOfMs(Math.max(nowMs, live.startMs)),
    attributes: { ...span.attributes, [keys.STILL_OPEN]: true },
    events: [...span.events],
    links: [...span.links],
    dropped: span.dropped && { ...span.dropped },
    agent: span.agent && { ...span.agent, jsonKeys: new Set(span.agent.jsonKeys) },
  }
}
