import { monotonicMs } from '../../runtime/clock.ts'
import { sleep } from '../../runtime/real-time.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import type { SpanSize } from '../../span/span-size.ts'
import { createExportDiagnostics, type ExportDiagnostics } from '../statistics/export-diagnostics.ts'
import type { ExportResult } from '../statistics/export-result.ts'
import type { SpanOutcome } from '../statistics/span-outcome.ts'
import type { SpanTarget } from '../targets/target.ts'
import { backoffMs } from './backoff.ts'
import { createBatchDelivery, type DeliverBatch } from './batch-delivery.ts'
import { createDetaching } from './detach-waiting.ts'
import { createOffloader, type Offloader } from './offloader.ts'
import { createPacer, type Pacer } from './pacer.ts'
import { isKept } from './queue-bounds.ts'
import type { QueueOptions } from './queue-options.ts'
import { createQueueStore, type QueueStore } from './queue-store.ts'
import type { Later } from './send-parts.ts'
import { within } from './wait.ts'
import type { Waiting } from './waiting.ts'

/** Spans that wait for one target: batched, sent one batch at a time, kept while the target cannot take them. */
export interface Queue {
  /** @param isKept - the span is to be on disk as well, where there is one: within one turn of the event loop */
  push(span: EndedSpan, size: SpanSize, isKept?: boolean): void
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

/** A {@link Queue} in the memory of this process, and on disk where there is one. */
export class MemoryQueue implements Queue {
  readonly #options: QueueOptions
  readonly #store: QueueStore
  readonly #diagnostics: ExportDiagnostics
  readonly #detaching = createDetaching()
  readonly #pacer: Pacer
  readonly #deliver: DeliverBatch
  readonly #offloader: Offloader
  #inFlight: readonly Waiting[] = []
  #attempt = 0
  /** The receiver asked to be left alone until then, of the monotonic clock. */
  #askedUntil = 0
  #closed: string | undefined
  /** How many wait until everything is sent. */
  #flushes = 0
  /** When the last batch was taken, of the monotonic clock. */
  #takenMs = 0

  constructor(target: SpanTarget, options: QueueOptions) {
    const { spool } = options
    const store = createQueueStore(options, () => this.#write())
    this.#options = options
    this.#store = store
    this.#diagnostics = options.diagnostics ?? createExportDiagnostics(target)
    this.#pacer = createPacer(
      () => this.#drain(),
      () => this.#afterDrain(),
    )
    this.#deliver = createBatchDelivery({
      target,
      spool,
      diagnostics: this.#diagnostics,
      isUrgent: () => this.#isUrgent(),
      settle: store.settle,
      accepted: (items, rejectedSpans) => this.#accepted(items, rejectedSpans),
    })
    this.#offloader = createOffloader({
      start: () => (spool === undefined ? target.startHelper?.() : undefined),
      take: () => (!store.hasBatch() || this.#diagnostics.isFailing() ? [] : store.next()),
      answered: (batch, answer) => this.#answeredElsewhere(batch, answer),
    })
  }

  push(span: EndedSpan, size: SpanSize, isKept = false): void {
    const store = this.#store
    const { maxBytes, delayMs } = this.#options
    const item = store.enter(span, size)
    store.append(item, isKept)
    if (this.#closed !== undefined) {
      store.write()
      store.drop([item], this.#closed)
      return
    }
    if (store.bytes() > maxBytes / RELIEF_SHARE) this.#offloader.relieve()
    this.#makeRoom()
    // The next attempt may be minutes away, and only then would it be seen that this one waits.
    if (this.#diagnostics.isFailing()) this.#detaching.add(item)
    if (this.#pacer.isRunning()) return
    if (store.hasBatch() && !this.#diagnostics.isFailing()) this.#pacer.runSoon()
    else this.#pacer.schedule(delayMs)
  }

  adopt(): void {
    this.#options.spool?.disk.adopt()
  }

  wake(): void {
    if (!this.#diagnostics.isFailing()) this.#runSoon()
  }

  async flush(deadline: number): Promise<void> {
    this.#flushes += 1
    try {
      await this.#flushUntil(deadline)
    } finally {
      this.#flushes -= 1
    }
  }

  close(reason: string): void {
    this.#closed = reason
    this.#pacer.cancel()
    this.#store.write()
    // What is on its way has no answer that anybody waits for, so it counts as lost as well.
    this.#store.drop(this.#all(), reason)
    this.#offloader.close()
  }

  contents(): readonly EndedSpan[] {
    this.#store.write()
    return this.#all().flatMap(({ span, settled }) => (span === undefined || settled ? [] : span))
  }

  settleAll(outcomeOf: (span: EndedSpan) => SpanOutcome): void {
    this.#store.write()
    this.#store.writeAtOnce()
    for (const item of this.#all()) {
      if (item.span === undefined || item.settled) continue
      const outcome = outcomeOf(item.span)
      this.#store.settle(item, typeof outcome === 'object' && isKept(item.place) ? 'spooled' : outcome)
    }
    this.#store.acknowledge()
  }

  size(): number {
    return this.#store.held() + this.#store.onDisk()
  }

  /** The event loop has turned. */
  #write(): void {
    this.#store.write()
    this.#makeRoom()
    // What waits on disk only from now on was not seen by a run that has ended meanwhile.
    if (!this.#isDone() && !this.#pacer.isRunning()) this.#pacer.schedule(this.#options.delayMs)
  }

  #makeRoom(): void {
    const dropped = this.#store.makeRoom()
    if (dropped > 0) this.#diagnostics.full(dropped, this.#options.maxBytes)
  }

  #all(): Waiting[] {
    return [...this.#inFlight, ...this.#offloader.offloaded(), ...this.#store.items()]
  }

  /** A receiver that fails gets no more for being in a hurry. */
  #isUrgent(): boolean {
    if (this.#flushes > 0 || this.#closed !== undefined) return true
    return this.#store.hasBatch() && !this.#diagnostics.isFailing()
  }

  #isDone(): boolean {
    return this.#closed !== undefined || this.#store.waiting() + this.#store.onDisk() === 0
  }

  #runSoon(): void {
    if (!this.#pacer.isRunning() && this.#closed === undefined) this.#pacer.runSoon()
  }

  #afterDrain(): void {
    if (this.#isDone()) return
    // The first of what waits came after the last batch was taken.
    this.#pacer.schedule(Math.max(0, this.#options.delayMs - (monotonicMs() - this.#takenMs)))
  }

  async #drain(): Promise<void> {
    const store = this.#store
    store.write()
    // What is there now has waited long enough.
    let due = store.waiting() + store.onDisk()
    while (!this.#isDone()) {
      if (store.waiting() === 0 && (await store.load()) === 0) continue
      if (this.#closed !== undefined) return
      // What came meanwhile waits for more, as everything does, unless somebody waits for it.
      if (due <= 0 && this.#flushes === 0 && store.onDisk() === 0 && !store.hasBatch()) return
      this.#takenMs = monotonicMs()
      this.#inFlight = store.next()
      due -= this.#inFlight.length
      const later = await this.#deliver(this.#inFlight)
      this.#inFlight = []
      store.acknowledge()
      if (later === undefined) continue
      if (this.#closed === undefined) this.#tryAgain(later)
      else store.drop(later.rest, this.#closed)
      return
    }
  }

  #accepted(items: readonly Waiting[], rejectedSpans = 0): void {
    this.#attempt = 0
    this.#diagnostics.recovered()
    // Receivers do not say which ones they did not take.
    for (let i = 0; i < items.length; i += 1) {
      this.#store.settle(items[i] as Waiting, i < rejectedSpans ? 'rejected' : 'sent')
    }
    this.#store.acknowledge()
    if (this.#store.bytes() < this.#options.maxBytes * ROOM_SHARE) this.#diagnostics.hasRoom()
  }

  #tryAgain({ rest, answer }: Later<Waiting>): void {
    const store = this.#store
    store.giveBack(rest)
    this.#detaching.start(store.items())
    this.#diagnostics.failed(answer, { inMemory: store.waiting(), onDisk: store.onDisk() })
    const delay = backoffMs(this.#attempt, { slow: answer.slow ?? false, askedMs: answer.afterMs })
    this.#askedUntil = answer.afterMs === undefined ? 0 : monotonicMs() + delay
    this.#pacer.schedule(delay)
    this.#attempt += 1
  }

  /** Another thread sent `batch`. */
  #answeredElsewhere(batch: readonly Waiting[], answer: ExportResult): void {
    if (answer.kind === 'accepted') {
      this.#accepted(batch, answer.rejectedSpans)
      return
    }
    // What is to become of it is found out here, where it can be tried in parts.
    this.#store.giveBack(batch)
    this.#runSoon()
  }

  async #flushUntil(deadline: number): Promise<void> {
    this.adopt()
    const isOver = (): boolean => this.size() === 0 || this.#closed !== undefined || monotonicMs() >= deadline
    while (!isOver()) {
      const both = Promise.all([this.#pacer.run(), this.#offloader.idle()])
      await within(
        both.then(() => undefined),
        deadline,
      )
      if (this.size() === 0 || monotonicMs() >= deadline) return
      const asked = Math.min(MAX_ASKED_MS, this.#askedUntil - monotonicMs())
      const pause = Math.max(backoffMs(Math.min(this.#attempt, 2)), asked)
      await sleep(Math.min(pause, deadline - monotonicMs()))
    }
  }
}
