import type { EndedSpan } from '../span/ended-span.ts'
import { MemoryQueue, type Queue } from './queue/queue.ts'
import type { QueueOptions } from './queue/queue-options.ts'
import type { Left } from './spool/leave.ts'
import type { SpanTarget } from './targets/target.ts'
import { enqueueStoredTraceInfo, pendingTraceInfo, type TraceInfoExporter } from './trace-info/trace-info.ts'

/** What former processes could not deliver to a target before they ended, and what this one leaves to the next. */
export interface Leftovers {
  /** Sends what former processes have left, until `deadline` (of the monotonic clock, ms). */
  flush(deadline: number): Promise<void>
  /** Whether there is something of theirs to send, as far as is known. */
  any(): boolean
  /** Leaves `spans` to the next process. */
  keep(spans: readonly EndedSpan[]): Left
  close(): void
}

/**
 * @param exporter - the way of this process's own spans to the same target
 * @param options - those of its queue
 */
export function createLeftovers(
  exporter: TraceInfoExporter,
  target: SpanTarget,
  options: QueueOptions,
): Leftovers | undefined {
  const { leftovers } = target
  if (leftovers === undefined) return undefined
  let queue: Queue | undefined
  let looked = false
  let closed = false
  let release = (): void => {}

  /** A queue of its own, in which there is never anything but what was on disk before. */
  const openQueue = (): Queue => {
    const disk = leftovers.open({ lost: () => {}, found: () => opened.wake() })
    const opened = new MemoryQueue(target, {
      ...options,
      settled: () => {},
      spool: {
        disk,
        encode: leftovers.encode,
        follows: () => undefined,
        isFinal: leftovers.isFinal,
        deferred: () => undefined,
        settled(stored, outcome) {
          if (outcome === 'sent') enqueueStoredTraceInfo(exporter, stored)
        },
      },
    })
    release = () => {
      opened.close('shutdown')
      disk.release()
    }
    return opened
  }

  const look = (): Queue | undefined => {
    if (!looked && !closed && leftovers.exist()) {
      queue = openQueue()
      queue.adopt()
    }
    looked = true
    return queue
  }

  leftovers.soon(look)

  const recordOf = (span: EndedSpan) => {
    const follows = exporter.traceInfoQueue && pendingTraceInfo(exporter, span)
    return {
      record: leftovers.encode(span),
      traceInfo: follows && Buffer.from(JSON.stringify(follows)),
    }
  }

  return {
    async flush(deadline) {
      await look()?.flush(deadline)
    },
    any: () => (look()?.size() ?? 0) > 0,
    keep: (spans) => leftovers.keep(spans.map(recordOf)),
    close() {
      closed = true
      release()
    },
  }
}
