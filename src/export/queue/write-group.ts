import { monotonicMs } from '../../runtime/clock.ts'
import { isMainThread } from '../../runtime/main-thread.ts'
import { realTime } from '../../runtime/real-time.ts'
import type { Place, SpoolSpan } from '../spool/spool.ts'
import type { QueueSpool } from './queue-options.ts'
import type { Waiting } from './waiting.ts'

/** So much is held of a group, by the sizes of its spans in memory, and so long, before it is written at once. */
const MAX_BYTES = 4 * 1024 * 1024
const MAX_AGE_MS = 50
/** A group takes no more than this share of the queue's memory. */
const MEMORY_SHARE = 16

/** What became of a span of a group: where it is on disk, and its record where that is what will be sent. */
export type Wrote = (item: Waiting, place: Place | undefined, record: Uint8Array | undefined) => void

/**
 * Spans that ended in one turn of the event loop, and are written to disk together when it turns: a call of the system
 * for each of them, and its encoding, would be the most that the application pays.
 */
export class WriteGroup {
  readonly #spool: QueueSpool
  readonly #maxBytes: number
  readonly #wrote: Wrote
  readonly #due: () => void
  #items: Waiting[] = []
  #bytes = 0
  #sinceMs = 0
  #isPlanned = false
  // Whoever has made a thread may end it at any moment, and nothing runs in it then.
  #isAtOnce = !isMainThread()

  /** @param due - the event loop has turned: {@link WriteGroup.write} is to be called */
  constructor(spool: QueueSpool, maxQueueBytes: number, wrote: Wrote, due: () => void) {
    this.#spool = spool
    this.#maxBytes = Math.min(MAX_BYTES, maxQueueBytes / MEMORY_SHARE)
    this.#wrote = wrote
    this.#due = due
  }

  /** What its spans take in memory, beside what is made to write them. */
  get bytes(): number {
    return this.#bytes
  }

  get length(): number {
    return this.#items.length
  }

  /** @returns whether it must be written now */
  add(item: Waiting): boolean {
    const now = monotonicMs()
    if (this.#items.length === 0) this.#sinceMs = now
    this.#items.push(item)
    this.#bytes += item.held
    this.#plan()
    return this.#isAtOnce || this.#bytes >= this.#maxBytes || now - this.#sinceMs >= MAX_AGE_MS
  }

  /** The event loop may not turn any more: what comes from now on is written as it comes. */
  writeAtOnce(): void {
    this.#isAtOnce = true
  }

  /** Writes what is there. */
  write(): void {
    if (this.#items.length === 0) return
    const items = this.#items.filter(({ settled }) => !settled)
    this.#items = []
    this.#bytes = 0
    const spans = items.map((item) => this.#spanOf(item))
    const places = this.#spool.disk.push(spans.filter((span) => span !== undefined))
    const isFinal = this.#spool.isFinal()
    let next = 0
    for (const [index, item] of items.entries()) {
      const span = spans[index]
      const place = span && places[next++]
      this.#wrote(item, place, isFinal ? span?.record : undefined)
    }
  }

  /** A span that cannot be encoded now is refused when it is sent, with a diagnostic. */
  #spanOf({ span }: Waiting): SpoolSpan | undefined {
    try {
      return span && { record: this.#spool.encode(span), traceInfo: this.#spool.follows(span) }
    } catch {
      return undefined
    }
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    realTime.turn(() => {
      this.#isPlanned = false
      this.#due()
    })
  }
}
