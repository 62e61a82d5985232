import { monotonicMs } from '../../runtime/clock.ts'
import { diagnose } from '../../runtime/diagnostics.ts'
import { realTime, sleep, type Timer, withoutHold } from '../../runtime/real-time.ts'
import { backoffMs } from '../queue/backoff.ts'
import { within } from '../queue/wait.ts'
import type { SpanTarget } from '../targets/target.ts'
import type { PendingTraceInfo } from './pending-trace-info.ts'

/** Delivers trace-level data that OTLP cannot carry, one trace at a time, retried as spans are. */
export interface TraceInfoQueue {
  push(traceInfo: PendingTraceInfo): void
  /** Resolves when none is left, or `deadline` (of the monotonic clock, ms) passes. */
  flush(deadline: number): Promise<void>
  close(): void
  contents(): readonly PendingTraceInfo[]
  clear(): void
  size(): number
}

// Traces whose metadata waits for a server that does not answer; beyond this the oldest is given up, with a diagnostic.
const MAX_WAITING = 1000
const FRAME_BYTES = 500
const ENTRY_BYTES = 100

/** @param maxBytes - of memory, for what waits */
export function createTraceInfoQueue(target: SpanTarget, maxBytes: number): TraceInfoQueue {
  const waiting: PendingTraceInfo[] = []
  let bytes = 0
  let isCrowded = false
  let running: Promise<void> | undefined
  let timer: Timer | undefined
  let attempt = 0
  let closed = false

  const run = (): Promise<void> => {
    realTime.stop(timer)
    timer = undefined
    running ??= drain().finally(() => {
      running = undefined
    })
    return running
  }

  const drain = async (): Promise<void> => {
    for (let next = waiting[0]; next !== undefined && !closed; next = waiting[0]) {
      const answer = await target.sendTraceInfo?.(next)
      if (answer?.kind === 'retry') {
        const delay = backoffMs(attempt, { slow: answer.slow ?? false, askedMs: answer.afterMs })
        attempt += 1
        timer = withoutHold(realTime.start(() => void run(), delay))
        return
      }
      attempt = 0
      takeFirst()
      if (waiting.length === 0) isCrowded = false
      if (answer?.kind === 'refused') lost([next], answer.reason)
    }
  }

  const takeFirst = (): PendingTraceInfo | undefined => {
    const first = waiting.shift()
    if (first !== undefined) bytes -= bytesOf(first)
    return first
  }

  /** Keeps to the bounds. That they are reached is said once, until nothing waits. */
  const makeRoom = (): void => {
    while (waiting.length > MAX_WAITING || (bytes > maxBytes && waiting.length > 1)) {
      const oldest = takeFirst()
      if (oldest === undefined || isCrowded) continue
      isCrowded = true
      lost([oldest], 'too many are waiting, and the oldest are given up until the server takes them')
    }
  }

  const lost = (traceInfoQueue: readonly PendingTraceInfo[], reason: string): void => {
    const [first] = traceInfoQueue
    if (first === undefined) return
    const count = traceInfoQueue.length
    const { traceId } = first
    const whose = count === 1 ? `trace ${traceId}` : `${count} traces (the first is ${traceId})`
    diagnose(
      'error',
      'TS_TRACE_METADATA_LOST',
      `Metadata of ${whose} could not be written to ${target.name}: ${reason}. Their spans are not affected.`,
      { target: target.name, traceId, count, reason },
      target.name,
    )
  }

  return {
    push(traceInfo) {
      if (closed) return
      waiting.push(traceInfo)
      bytes += bytesOf(traceInfo)
      makeRoom()
      if (timer === undefined) void run()
    },
    async flush(deadline) {
      while (waiting.length > 0 && !closed && monotonicMs() < deadline) {
        await within(run(), deadline)
        if (waiting.length === 0) return
        await sleep(Math.min(backoffMs(0), deadline - monotonicMs()))
      }
    },
    close() {
      closed = true
      realTime.stop(timer)
      bytes = 0
      lost(waiting.splice(0), 'the process ended first')
    },
    contents: () => [...waiting],
    clear() {
      waiting.length = 0
      bytes = 0
    },
    size: () => waiting.length,
  }
}

/** Roughly what `traceInfo` takes in memory. */
function bytesOf({ tags, metadata, ...rest }: PendingTraceInfo): number {
  let bytes = FRAME_BYTES
  for (const entries of [tags, metadata]) {
    for (const [key, value] of Object.entries(entries)) bytes += ENTRY_BYTES + key.length + value.length
  }
  for (const value of Object.values(rest)) if (typeof value === 'string') bytes += value.length
  return bytes
}
