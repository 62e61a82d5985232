import type { IsUrgent, SpanTarget } from '../export/targets/target.ts'
import type { PendingTraceInfo } from '../export/trace-info/pending-trace-info.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import type { TraceRecord } from '../span/trace-record.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { currentWaitUntil } from './platform.ts'

const FLUSH_MS = 10_000

/**
 * On a platform that freezes the process between requests, sends the spans of a request when the last of them has
 * ended, in the time that the platform gives for work after the answer. Timers are of no use there: they may fire
 * hours later, or never.
 */
export function flushAfterRequests(pipeline: Pipeline): void {
  const { platform } = pipeline.config
  if (platform === undefined) return
  pipeline.onSpanEnd((trace) => {
    if (hasOwnOpen(trace)) return
    if (platform === 'lambda') void soon(pipeline)
    else keepRequest(soon(pipeline))
  })
}

/** Whether work of ours goes on in `trace`; spans of a server around it may stay open until after the answer. */
function hasOwnOpen({ open }: TraceRecord): boolean {
  for (const span of open.values()) if (!span.external) return true
  return false
}

/** What ends in the same moment goes into the same request. */
const soon = (pipeline: Pipeline): Promise<void> =>
  Promise.resolve().then(() => pipeline.exporter.flush(FLUSH_MS))

/**
 * `target` on a platform where what a request began is over with it: each request of ours keeps the one of the
 * application's in which it is sent. Otherwise it would never be answered, and whatever is sent later waits for it.
 */
export function keptByRequest(target: SpanTarget): SpanTarget {
  const keep = <T>(work: Promise<T>): Promise<T> => {
    keepRequest(work)
    return work
  }
  const { sendTraceInfo } = target
  return Object.create(target, {
    send: {
      value: (spans: readonly EndedSpan[], isUrgent?: IsUrgent) => keep(target.send(spans, isUrgent)),
    },
    ...(sendTraceInfo && { sendTraceInfo: { value: (rest: PendingTraceInfo) => keep(sendTraceInfo(rest)) } }),
  }) as SpanTarget
}

function keepRequest(work: Promise<unknown>): void {
  try {
    currentWaitUntil()?.(work)
  } catch {
    // Outside of a request. The work goes on as far as the platform lets it.
  }
}
