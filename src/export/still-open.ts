import type { EndedSpan } from '../span/ended-span.ts'
import { STILL_OPEN } from '../span/semconv/keys.ts'
import type { IsUrgent, SpanTarget } from './targets/target.ts'

const isOpen = ({ attributes }: EndedSpan): boolean => attributes[STILL_OPEN] !== undefined

/**
 * `spans` without those that were sent while they were open and of which the end is among them: receivers refuse a
 * request that has the same span twice.
 */
export function withoutDoubles(spans: readonly EndedSpan[]): readonly EndedSpan[] {
  if (!spans.some(isOpen)) return spans
  const last = new Map(spans.map((span) => [span.spanId, span]))
  return spans.filter((span) => last.get(span.spanId) === span)
}

/** `target`, given each span once a request. */
export function onceEach(target: SpanTarget): SpanTarget {
  // Not a copy: a target's name may change when it learns what its server speaks.
  return Object.create(target, {
    send: {
      value: (spans: readonly EndedSpan[], isUrgent?: IsUrgent) =>
        target.send(withoutDoubles(spans), isUrgent),
    },
  }) as SpanTarget
}
