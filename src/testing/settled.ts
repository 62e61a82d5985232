import { realTime } from '../runtime/real-time.ts'
import { isLiveSpan } from '../span/is-live-span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { TraceAssertionError } from './assertion-error.ts'

/** Names of the spans that are open. */
export function openSpans({ traces }: Pipeline): string[] {
  return traces.openTraces
    .flatMap(({ open }) => open.values())
    .map((span) => (isLiveSpan(span) ? span.name : 'a span of another library'))
}

/** Resolves when no span of `pipeline` is open. `waiters` are called after each end of a span. */
export function whenSettled(pipeline: Pipeline, waiters: Set<() => void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      realTime.stop(timer)
      waiters.delete(look)
    }
    const look = (): void => {
      if (pipeline.traces.openCount > 0) return
      finish()
      resolve()
    }
    const timer = realTime.start(() => {
      finish()
      const open = openSpans(pipeline).join(', ')
      reject(
        new TraceAssertionError(
          `Spans are still open after ${timeoutMs} ms: ${open}. A span that startSpan began needs its end(); a returned stream or generator must be consumed.`,
          whenSettled,
        ),
      )
    }, timeoutMs)
    waiters.add(look)
    look()
  })
}
