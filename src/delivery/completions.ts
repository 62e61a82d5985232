import { monotonicMs } from '../runtime/clock.ts'
import { diagnose } from '../runtime/diagnostics.ts'
import { realTime, sleep, type Timer, withoutHold } from '../runtime/real-time.ts'
import { backoffMs } from './backoff.ts'
import type { SpanTarget } from './target.ts'
import type { TraceCompletion } from './trace-completion.ts'
import { within } from './wait.ts'

/** Delivers trace-level data that OTLP cannot carry, one trace at a time, retried as spans are. */
export interface Completions {
  push(completion: TraceCompletion): void
  /** Resolves when none is left, or `deadline` (of the monotonic clock, ms) passes. */
  flush(deadline: number): Promise<void>
  close(): void
  contents(): readonly TraceCompletion[]
  clear(): void
  size(): number
}

// Traces whose metadata waits for a server that does not answer; beyond this the oldest is given up, with a word.
const MOST_WAITING = 1000

export function createCompletions(target: SpanTarget): Completions {
  const waiting: TraceCompletion[] = []
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
      const answer = await target.complete?.(next)
      if (answer?.kind === 'retry') {
        const delay = backoffMs(attempt, { slow: answer.slow ?? false, askedMs: answer.afterMs })
        attempt += 1
        timer = withoutHold(realTime.start(() => void run(), delay))
        return
      }
      attempt = 0
      waiting.shift()
      if (answer?.kind === 'refused') lost(next, answer.reason)
    }
  }

  const lost = (completion: TraceCompletion, reason: string): void => {
    diagnose(
      'error',
      'TS_TRACE_METADATA_LOST',
      `Metadata of trace ${completion.traceId} could not be written to ${target.name}: ${reason}. Its spans are not affected.`,
      { target: target.name, traceId: completion.traceId, reason },
      target.name,
    )
  }

  return {
    push(completion) {
      if (closed) return
      waiting.push(completion)
      if (waiting.length > MOST_WAITING) lost(waiting.shift() as TraceCompletion, 'too many are waiting')
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
      for (const completion of waiting.splice(0)) lost(completion, 'the process ended first')
    },
    contents: () => [...waiting],
    clear() {
      waiting.length = 0
    },
    size: () => waiting.length,
  }
}
