import { monotonicMs } from '../../runtime/clock.ts'
import { diagnose } from '../../runtime/diagnostics.ts'
import { realTime, sleep, type Timer, withoutHold } from '../../runtime/real-time.ts'
import { backoffMs } from '../queue/backoff.ts'
import { within } from '../queue/wait.ts'
import type { SpanTarget } from '../targets/target.ts'
import type { PendingTraceInfo } from './pending-trace-info.ts'

// Traces whose metadata waits for a server that does not answer; beyond this the oldest is given up, with a diagnostic.
const MAX_WAITING = 1000
const FRAME_BYTES = 500
const ENTRY_BYTES = 100

/** Delivers trace-level data that OTLP cannot carry, one trace at a time, retried as spans are. */
export class TraceInfoQueue {
  readonly #target: SpanTarget
  readonly #maxBytes: number
  readonly #waiting: PendingTraceInfo[] = []
  #bytes = 0
  #isCrowded = false
  #running: Promise<void> | undefined
  #timer: Timer | undefined
  #attempt = 0
  #closed = false

  /** @param maxBytes - of memory, for what waits */
  constructor(target: SpanTarget, maxBytes: number) {
    this.#target = target
    this.#maxBytes = maxBytes
  }

  get size(): number {
    return this.#waiting.length
  }

  get contents(): readonly PendingTraceInfo[] {
    return [...this.#waiting]
  }

  push(traceInfo: PendingTraceInfo): void {
    if (this.#closed) return
    this.#waiting.push(traceInfo)
    this.#bytes += bytesOf(traceInfo)
    this.#makeRoom()
    if (this.#timer === undefined) void this.#run()
  }

  /** Resolves when none is left, or `deadline` (of the monotonic clock, ms) passes. */
  async flush(deadline: number): Promise<void> {
    while (this.size > 0 && !this.#closed && monotonicMs() < deadline) {
      await within(this.#run(), deadline)
      if (this.size === 0) return
      await sleep(Math.min(backoffMs(0), deadline - monotonicMs()))
    }
  }

  close(): void {
    this.#closed = true
    realTime.stop(this.#timer)
    this.#bytes = 0
    this.#lost(this.#waiting.splice(0), 'the process ended first')
  }

  clear(): void {
    this.#waiting.length = 0
    this.#bytes = 0
  }

  #run(): Promise<void> {
    realTime.stop(this.#timer)
    this.#timer = undefined
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined && !this.#closed; next = this.#waiting[0]) {
      const answer = await this.#target.sendTraceInfo?.(next)
      if (answer?.kind === 'retry') {
        const delay = backoffMs(this.#attempt, { slow: answer.slow ?? false, askedMs: answer.afterMs })
        this.#attempt += 1
        this.#timer = withoutHold(realTime.start(() => void this.#run(), delay))
        return
      }
      this.#attempt = 0
      this.#takeFirst()
      if (this.size === 0) this.#isCrowded = false
      if (answer?.kind === 'refused') this.#lost([next], answer.reason)
    }
  }

  #takeFirst(): PendingTraceInfo | undefined {
    const first = this.#waiting.shift()
    if (first !== undefined) this.#bytes -= bytesOf(first)
    return first
  }

  /** Keeps to the bounds. That they are reached is said once, until nothing waits. */
  #makeRoom(): void {
    while (this.size > MAX_WAITING || (this.#bytes > this.#maxBytes && this.size > 1)) {
      const oldest = this.#takeFirst()
      if (oldest === undefined || this.#isCrowded) continue
      this.#isCrowded = true
      this.#lost(
        [oldest],
        'too many traces are waiting, and the oldest are discarded until the server accepts them',
      )
    }
  }

  #lost(given: readonly PendingTraceInfo[], reason: string): void {
    const [first] = given
    if (first === undefined) return
    const count = given.length
    const { traceId } = first
    const whose = count === 1 ? `trace ${traceId}` : `${count} traces (the first is ${traceId})`
    diagnose(
      'error',
      'TS_TRACE_METADATA_LOST',
      `Metadata of ${whose} could not be written to ${this.#target.name}: ${reason}. Their spans are not affected.`,
      { target: this.#target.name, traceId, count, reason },
      this.#target.name,
    )
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
