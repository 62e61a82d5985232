import { type EndedSpan, isLocalRoot } from '../span/ended-span.ts'
import { treeText } from '../span/tree-text.ts'
import { ACCEPTED } from './answer.ts'
import type { SpanTarget } from './target.ts'

const MOST_TRACES = 200

/** Prints each trace as a tree when its root has ended. To stderr: stdout belongs to the application. */
export function createConsoleTarget(print: (text: string) => void): SpanTarget {
  const traces = new Map<string, EndedSpan[]>()
  return {
    name: 'console',
    async send(spans) {
      for (const span of spans) {
        const known = traces.get(span.traceId) ?? []
        traces.set(span.traceId, [...known, span])
      }
      for (const span of spans) {
        if (!isLocalRoot(span)) continue
        print(treeText(traces.get(span.traceId) ?? [span]))
        traces.delete(span.traceId)
      }
      while (traces.size > MOST_TRACES) {
        const oldest = traces.keys().next()
        if (!oldest.done) traces.delete(oldest.value)
      }
      return ACCEPTED
    },
    async shutdown() {
      for (const spans of traces.values()) print(treeText(spans))
      traces.clear()
    },
  }
}
