import { type EndedSpan, isLocalRoot } from '../../span/ended-span.ts'
import { STILL_OPEN } from '../../span/semconv/keys.ts'
import { treeText } from '../../span/semconv/tree-text.ts'
import { ACCEPTED } from '../statistics/export-result.ts'
import type { SpanTarget } from './target.ts'

const MAX_TRACES = 200

/**
 * Prints each trace as a tree when its root has ended. To stderr: stdout belongs to the application.
 *
 * @param printNow - prints where there is no event loop any more
 */
export function createConsoleTarget(
  print: (text: string) => void,
  printNow: (text: string) => void = print,
): SpanTarget {
  const traces = new Map<string, EndedSpan[]>()

  const take = (all: readonly EndedSpan[], to: (text: string) => void): void => {
    // A tree is printed once, with all of it.
    const spans = all.filter(({ attributes }) => attributes[STILL_OPEN] === undefined)
    for (const span of spans) {
      const known = traces.get(span.traceId) ?? []
      traces.set(span.traceId, [...known, span])
    }
    for (const span of spans) {
      if (!isLocalRoot(span)) continue
      to(treeText(traces.get(span.traceId) ?? [span]))
      traces.delete(span.traceId)
    }
    while (traces.size > MAX_TRACES) {
      const oldest = traces.keys().next()
      if (!oldest.done) traces.delete(oldest.value)
    }
  }

  /** What has no root yet, and will have none. */
  const finish = (to: (text: string) => void): void => {
    for (const spans of traces.values()) to(treeText(spans))
    traces.clear()
  }

  return {
    name: 'console',
    async send(spans) {
      take(spans, print)
      return ACCEPTED
    },
    sendNow(spans) {
      take(spans, printNow)
      finish(printNow)
    },
    async shutdown() {
      finish(print)
    },
  }
}
