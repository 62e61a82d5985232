import { valuesBytes, withoutValues } from './content-bytes.ts'
import type { SpanEvent, SpanLinkData } from './ended-span.ts'
import { type Dropping, MAX_EVENTS, MAX_LINKS, noneDropped } from './span-limits.ts'

/** Events and links of an open span, and what was left out of it: what few spans have, in an object of its own. */
export class SpanMoments {
  events: SpanEvent[] = []
  links: SpanLinkData[] = []
  dropped: Dropping | undefined

  /** @returns bytes that it takes; none where there was no room for it */
  addEvent(event: SpanEvent): number {
    if (this.events.length >= MAX_EVENTS) return this.drop('events')
    this.events.push(event)
    return valuesBytes(event.attributes)
  }

  /** @returns as {@link SpanMoments.addEvent} */
  addLink(link: SpanLinkData): number {
    if (this.links.length >= MAX_LINKS) return this.drop('links')
    this.links.push(link)
    return valuesBytes(link.attributes)
  }

  /** Counts what was left out. @returns that it takes nothing */
  drop(what: keyof Dropping, count = 1): 0 {
    this.dropped ??= noneDropped()
    this.dropped[what] += count
    return 0
  }

  /** Leaves the first events and links, without what was said of them. */
  giveUpValues(): void {
    this.events = withoutValues(this.events)
    this.links = withoutValues(this.links)
  }
}
