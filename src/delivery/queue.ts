import { diagnose } from '../runtime/diagnostics.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import type { Answer } from './answer.ts'
import { backoffMs } from './backoff.ts'
import type { SpanTarget } from './target.ts'

/** A span on its way to one target. */
interface Waiting {
  readonly span: EndedSpan
  readonly bytes: number
  settled: boolean
}

/** How a span fared at this target. */
export type Fate = 'sent' | 'rejected' | { readonly dropped: string }

export interface QueueOptions {
  readonly maxBytes: number
  readonly maxSpans: number
  readonly batchSpans: number
  readonly delayMs: number
  settled(span: EndedSpan, fate: Fate): void
}

/** Spans that wait for one target: batched, sent one batch at a time, kept while the target cannot take them. */
export interface Queue {
  push(span: EndedSpan, bytes: number): void
  /** Sends what is waiting now. Resolves when none of it is left, or `deadline` (epoch ms) passes. */
  flush(deadline: number): Promise<void>
  /** No more attempts: what is still waiting is dropped with `reason`. */
  close(reason: string): void
  /** Everything that has not been settled, what is on its way included. */
  contents(): readonly EndedSpan[]
  /** Settles all of it; answers that still come in count no more. */
  settleAll(fate: Fate): void
  size(): number
}

// The message limit of gRPC receivers is 4 MiB; sizes here are estimates, so batches stay well below it.
const BATCH_BYTES = 2 * 1024 * 1024

export function createQueue(target: SpanTarget, options: QueueOptions): Queue {
  let waiting: Waiting[] = []
  let bytes = 0
  let flying: readonly Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let attempt = 0
  let failing = false
  let closed: string | undefined

  const settle = (item: Waiting, fate: Fate): void => {
    if (item.settled) return
    item.settled = true
    bytes -= item.bytes
    options.settled(item.span, fate)
  }

  const schedule = (ms: number): void => {
    if (timer !== undefined || closed !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      void run()
    }, ms)
    timer.unref()
  }

  const run = (): Promise<void> => {
    if (timer !== undefined) clearTimeout(timer)
    timer = undefined
    running ??= drain().finally(() => {
      running = undefined
      if (waiting.length > 0) schedule(options.delayMs)
    })
    return running
  }

  const drain = async (): Promise<void> => {
    while (waiting.length > 0 && closed === undefined) {
      const batch = takeBatch()
      flying = batch
      const later = await deliver(batch)
      flying = []
      if (later === undefined) continue
      if (closed !== undefined) {
        drop(later.rest, closed)
        return
      }
      waiting = [...later.rest, ...waiting]
      complain(later.answer)
      schedule(backoffMs(attempt, { slow: later.answer.slow ?? false, askedMs: later.answer.afterMs }))
      attempt += 1
      return
    }
  }

  /** Sends a batch, in halves where the receiver refuses it whole. What must wait comes back. */
  const deliver = async (batch: Waiting[]): Promise<{ rest: Waiting[]; answer: Retry } | undefined> => {
    const parts = [batch]
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const answer = await target.send(part.map((item) => item.span))
      if (answer.kind === 'accepted') {
        recovered()
        for (const item of part) settle(item, 'sent')
      } else if (answer.kind === 'retry') {
        return { rest: [...part, ...parts.flat()], answer }
      } else if (part.length > 1) {
        const middle = Math.ceil(part.length / 2)
        parts.unshift(part.slice(0, middle), part.slice(middle))
      } else {
        for (const item of part) reject(item, answer.reason)
      }
    }
    return undefined
  }

  const takeBatch = (): Waiting[] => {
    let size = 0
    let count = 0
    for (const item of waiting) {
      if (count > 0 && (count >= options.batchSpans || size + item.bytes > BATCH_BYTES)) break
      size += item.bytes
      count += 1
    }
    return waiting.splice(0, count)
  }

  const reject = (item: Waiting, reason: string): void => {
    const { name, traceId, spanId } = item.span
    diagnose(
      'error',
      'TS_SPAN_REJECTED',
      `${target.name} refused the span "${name}" of trace ${traceId}: ${reason}. The others of its batch are unharmed.`,
      { target: target.name, traceId, spanId, name, reason },
      target.name,
    )
    settle(item, 'rejected')
  }

  const complain = (answer: Retry): void => {
    failing = true
    diagnose(
      answer.slow ? 'error' : 'warn',
      'TS_EXPORT_FAILED',
      `Spans cannot be delivered to ${target.name}: ${answer.reason.replace(/\.$/, '')}. ${waiting.length} spans wait in memory and are tried again.`,
      { target: target.name, reason: answer.reason, waiting: waiting.length },
      target.name,
    )
  }

  const recovered = (): void => {
    attempt = 0
    if (!failing) return
    failing = false
    diagnose('info', 'TS_EXPORT_RECOVERED', `Spans are delivered to ${target.name} again.`, {
      target: target.name,
    })
  }

  const drop = (items: readonly Waiting[], reason: string): void => {
    for (const item of items) settle(item, { dropped: reason })
  }

  /** Makes room by giving up the oldest trace whole: a half-delivered trace is of little use. */
  const makeRoom = (): void => {
    let dropped = 0
    while (
      waiting.length > 0 &&
      (bytes > options.maxBytes || waiting.length + flying.length > options.maxSpans)
    ) {
      const oldest = waiting[0]?.span.traceId
      const lost = waiting.filter((item) => item.span.traceId === oldest)
      waiting = waiting.filter((item) => item.span.traceId !== oldest)
      drop(lost, 'queue_full')
      dropped += lost.length
    }
    if (dropped === 0) return
    diagnose(
      'error',
      'TS_QUEUE_FULL',
      `${dropped} spans of the oldest traces were dropped: ${target.name} takes them more slowly than they come, and the queue is full. Raise maxQueueBytes, sample, or put an OpenTelemetry Collector in between.`,
      { target: target.name, dropped, maxBytes: options.maxBytes },
      target.name,
    )
  }

  return {
    push(span, size) {
      const item = { span, bytes: size, settled: false }
      bytes += size
      if (closed !== undefined) {
        settle(item, { dropped: closed })
        return
      }
      waiting.push(item)
      if (bytes > options.maxBytes || waiting.length + flying.length > options.maxSpans) makeRoom()
      if (waiting.length >= options.batchSpans && !failing && running === undefined) {
        if (timer !== undefined) clearTimeout(timer)
        timer = undefined
        schedule(0)
      } else if (running === undefined) {
        schedule(options.delayMs)
      }
    },
    async flush(deadline) {
      while (waiting.length + flying.length > 0 && closed === undefined && Date.now() < deadline) {
        await within(run(), deadline)
        if (waiting.length + flying.length === 0 || Date.now() >= deadline) return
        await sleep(Math.min(backoffMs(Math.min(attempt, 2)), deadline - Date.now()))
      }
    },
    close(reason) {
      closed = reason
      if (timer !== undefined) clearTimeout(timer)
      timer = undefined
      drop(waiting, reason)
      waiting = []
    },
    contents: () => [...flying, ...waiting].filter((item) => !item.settled).map((item) => item.span),
    settleAll(fate) {
      for (const item of [...flying, ...waiting]) settle(item, fate)
      waiting = []
    },
    size: () => waiting.length + flying.filter((item) => !item.settled).length,
  }
}

type Retry = Extract<Answer, { kind: 'retry' }>

/** Waits for `work`, but no longer than `deadline`. Its timer holds the process: somebody waits for the answer. */
function within(work: Promise<void>, deadline: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, deadline - Date.now()))
    void work.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}
