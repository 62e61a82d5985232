import { monotonicMs } from '../../runtime/clock.ts'
import { sleep } from '../../runtime/real-time.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import type { SpanSize } from '../../span/span-size.ts'
import { createExportDiagnostics } from '../statistics/export-diagnostics.ts'
import type { SpanOutcome } from '../statistics/span-outcome.ts'
import type { SpanTarget } from '../targets/target.ts'
import { backoffMs } from './backoff.ts'
import { createBatchDelivery } from './batch-delivery.ts'
import { createDetaching } from './detach-waiting.ts'
import { createOffloader } from './offloader.ts'
import { createPacer } from './pacer.ts'
import { isKept } from './queue-bounds.ts'
import type { QueueOptions, Written } from './queue-options.ts'
import { createQueueStore } from './queue-store.ts'
import type { Later } from './send-parts.ts'
import { within } from './wait.ts'
import type { Waiting } from './waiting.ts'

/** Spans that wait for one target: batched, sent one batch at a time, kept while the target cannot take them. */
export interface Queue {
  /** @param written - what is on disk of the span, where there is a disk */
  push(span: EndedSpan, size: SpanSize, written?: Written): void
  /** Looks on disk for what other processes have left. */
  adopt(): void
  /** There may be something on disk to send. */
  wake(): void
  /** Sends what is waiting now. Resolves when none of it is left, or `deadline` (of the monotonic clock, ms) passes. */
  flush(deadline: number): Promise<void>
  /** No more attempts: what is still waiting is left on disk, or dropped with `reason`. */
  close(reason: string): void
  /** Everything in memory that has not been settled, what is on its way included. */
  contents(): readonly EndedSpan[]
  /** Settles all of it; what is on disk is left there, unless it was sent. Answers that still come in count no more. */
  settleAll(outcomeOf: (span: EndedSpan) => SpanOutcome): void
  /** Spans in memory and on disk; see `Spool.size`. */
  size(): number
}

/** So far a flush, for which somebody waits, follows a receiver that asks to be left alone. */
const MAX_ASKED_MS = 2000
/** A queue that was full has room again when no more than this share of it is taken. */
const ROOM_SHARE = 0.5
/** From this share of the memory on it is asked whether the event loop still turns. */
const RELIEF_SHARE = 8

export function createQueue(target: SpanTarget, options: QueueOptions): Queue {
  const { spool, maxBytes, batchSpans } = options
  const store = createQueueStore(options)
  const diagnostics = options.diagnostics ?? createExportDiagnostics(target)
  const detaching = createDetaching()
  let inFlight: readonly Waiting[] = []
  let attempt = 0
  /** The receiver asked to be left alone until then, of the monotonic clock. */
  let askedUntil = 0
  let closed: string | undefined
  /** How many wait until everything is sent. */
  let flushes = 0
  /** When the last batch was taken, of the monotonic clock. */
  let takenMs = 0

  const isDone = (): boolean => closed !== undefined || store.waiting() + store.onDisk() === 0
  const pacer = createPacer(drain, () => {
    // The first of what waits came after the last batch was taken.
    if (!isDone()) pacer.schedule(Math.max(0, options.delayMs - (monotonicMs() - takenMs)))
  })
  const runSoon = (): void => {
    if (!pacer.isRunning() && closed === undefined) pacer.runSoon()
  }

  const accepted = (items: readonly Waiting[], rejectedSpans = 0): void => {
    attempt = 0
    diagnostics.recovered()
    // Receivers do not say which ones they did not take.
    for (const [i, item] of items.entries()) store.settle(item, i < rejectedSpans ? 'rejected' : 'sent')
    store.acknowledge()
    if (store.bytes() < maxBytes * ROOM_SHARE) diagnostics.hasRoom()
  }
  const deliver = createBatchDelivery({ target, spool, diagnostics, settle: store.settle, accepted })

  async function drain(): Promise<void> {
    // What is there now has waited long enough.
    let due = store.waiting() + store.onDisk()
    while (!isDone()) {
      if (store.waiting() === 0 && (await store.load()) === 0) continue
      if (closed !== undefined) return
      // What came meanwhile waits for more, as everything does, unless somebody waits for it.
      if (due <= 0 && flushes === 0 && store.onDisk() === 0 && !store.hasBatch()) return
      takenMs = monotonicMs()
      inFlight = store.next()
      due -= inFlight.length
      const later = await deliver(inFlight)
      inFlight = []
      store.acknowledge()
      if (later === undefined) continue
      if (closed === undefined) tryAgain(later)
      else store.drop(later.rest, closed)
      return
    }
  }

  const tryAgain = ({ rest, answer }: Later<Waiting>): void => {
    store.giveBack(rest)
    detaching.start(store.items())
    diagnostics.failed(answer, { inMemory: store.waiting(), onDisk: store.onDisk() })
    const delay = backoffMs(attempt, { slow: answer.slow ?? false, askedMs: answer.afterMs })
    askedUntil = answer.afterMs === undefined ? 0 : monotonicMs() + delay
    pacer.schedule(delay)
    attempt += 1
  }

  const offloader = createOffloader({
    start: () => (spool === undefined ? target.startHelper?.() : undefined),
    take: () => (store.waiting() < batchSpans || diagnostics.isFailing() ? [] : store.next()),
    answered(batch, answer) {
      if (answer.kind === 'accepted') {
        accepted(batch, answer.rejectedSpans)
        return
      }
      // What is to become of it is found out here, where it can be tried in parts.
      store.giveBack(batch)
      runSoon()
    },
  })

  const all = (): Waiting[] => [...inFlight, ...offloader.offloaded(), ...store.items()]

  const flushUntil = async (deadline: number): Promise<void> => {
    spool?.disk.adopt()
    const isOver = (): boolean =>
      store.held() + store.onDisk() === 0 || closed !== undefined || monotonicMs() >= deadline
    while (!isOver()) {
      await within(
        Promise.all([pacer.run(), offloader.idle()]).then(() => undefined),
        deadline,
      )
      if (store.held() + store.onDisk() === 0 || monotonicMs() >= deadline) return
      const asked = Math.min(MAX_ASKED_MS, askedUntil - monotonicMs())
      const pause = Math.max(backoffMs(Math.min(attempt, 2)), asked)
      await sleep(Math.min(pause, deadline - monotonicMs()))
    }
  }

  return {
    push(span, size, written) {
      const item = store.enter(span, size, written)
      if (closed !== undefined) {
        store.drop([item], closed)
        return
      }
      store.append(item)
      if (store.bytes() > maxBytes / RELIEF_SHARE) offloader.relieve()
      const dropped = store.makeRoom()
      if (dropped > 0) diagnostics.full(dropped, maxBytes)
      if (pacer.isRunning()) return
      if (store.waiting() >= batchSpans && !diagnostics.isFailing()) pacer.runSoon()
      else pacer.schedule(options.delayMs)
    },
    adopt: () => spool?.disk.adopt(),
    wake() {
      if (!diagnostics.isFailing()) runSoon()
    },
    async flush(deadline) {
      flushes += 1
      try {
        await flushUntil(deadline)
      } finally {
        flushes -= 1
      }
    },
    close(reason) {
      closed = reason
      pacer.cancel()
      // What is on its way has no answer that anybody waits for, so it counts as lost as well.
      store.drop(all(), reason)
      offloader.close()
    },
    contents: () => all().flatMap(({ span, settled }) => (span === undefined || settled ? [] : span)),
    settleAll(outcomeOf) {
      for (const item of all()) {
        if (item.span === undefined || item.settled) continue
        const outcome = outcomeOf(item.span)
        store.settle(item, typeof outcome === 'object' && isKept(item.place) ? 'spooled' : outcome)
      }
      store.acknowledge()
    },
    size: () => store.held() + store.onDisk(),
  }
}
