import type { EndedSpan } from '../../span/ended-span.ts'
import type { SpanSize } from '../../span/span-size.ts'
import type { Place } from '../spool/spool.ts'
import type { SpanOutcome } from '../statistics/span-outcome.ts'
import { createQueueBounds, isKept, type QueueBounds } from './queue-bounds.ts'
import type { QueueOptions, Written } from './queue-options.ts'
import { type Waiting, WaitingLine, waitingFor } from './waiting.ts'

/** What a queue holds in memory and has on disk, within its bounds, until each span is settled. */
export interface QueueStore {
  /** Spans that wait in memory. */
  waiting(): number
  /** Whether what waits in memory is a whole request's worth. */
  hasBatch(): boolean
  /** Spans in memory, and bytes that they take, what is on its way included. */
  held(): number
  bytes(): number
  /** Spans on disk only; see `Spool.size`. */
  onDisk(): number
  /** `span`, held from now on. */
  enter(span: EndedSpan, size: SpanSize, written: Written | undefined): Waiting
  /** `item` waits behind all others, in memory or on disk. */
  append(item: Waiting): void
  /** The next request's worth. */
  next(): Waiting[]
  /** The next spans from disk, where nothing waits in memory. @returns how many */
  load(): Promise<number>
  /** Those of `items` that are not settled wait again, before all others. */
  giveBack(items: readonly Waiting[]): void
  settle(item: Waiting, outcome: SpanOutcome): void
  /** Settles what is given up: it stays on disk where it is there, and is dropped for `reason` where not. */
  drop(items: readonly Waiting[], reason: string): void
  /** Tells the disk what needs to be sent no more. */
  acknowledge(): void
  makeRoom: QueueBounds['makeRoom']
  items(): Iterable<Waiting>
}

// The message limit of gRPC receivers is 4 MiB; sizes here are estimates, so batches stay well below it.
const BATCH_BYTES = 2 * 1024 * 1024
/** What a span that was read from disk takes in memory beside its record. */
const STORED_BYTES = 500

export function createQueueStore(options: QueueOptions): QueueStore {
  const { spool, batchSpans } = options
  const line = new WaitingLine()
  let delivered: Place[] = []

  const letGo = (item: Waiting): void => {
    item.settled = true
    line.leave(item)
  }
  const settle = (item: Waiting, outcome: SpanOutcome): void => {
    if (item.settled) return
    letGo(item)
    if (item.place !== undefined && outcome !== 'spooled') delivered.push(item.place)
    if (item.span !== undefined) options.settled(item.span, outcome)
    else if (item.stored !== undefined) spool?.settled(item.stored, outcome)
  }
  const acknowledge = (): void => {
    if (delivered.length > 0) spool?.disk.done(delivered)
    delivered = []
  }
  const drop = (items: readonly Waiting[], reason: string): void => {
    for (const item of items) settle(item, isKept(item.place) ? 'spooled' : { dropped: reason })
    acknowledge()
  }
  const bounds = createQueueBounds({ line, options, letGo, drop })

  return {
    waiting: () => line.length,
    hasBatch: () => line.length >= batchSpans || line.bytes >= BATCH_BYTES,
    held: () => line.held,
    bytes: () => line.bytes,
    onDisk: () => spool?.disk.size ?? 0,
    enter(span, size, written) {
      const { place, record } = written ?? {}
      const held = size.held + (record?.length ?? 0)
      const item = waitingFor(span, undefined, place, record, record?.length ?? size.wire, held)
      line.enter(item)
      return item
    },
    append(item) {
      // What came before it and is on disk only goes first.
      const isLate = spool !== undefined && spool.disk.own > 0
      if ((isLate || bounds.isFull()) && bounds.defer(item)) return
      line.append(item)
      if (item.place !== undefined) bounds.noteOnDisk()
    },
    next: () => line.take({ bytes: BATCH_BYTES, spans: batchSpans }),
    async load() {
      const read = (await spool?.disk.take(BATCH_BYTES, batchSpans)) ?? []
      for (const stored of read) {
        const { place, record } = stored
        const item = waitingFor(undefined, stored, place, record, record.length, record.length + STORED_BYTES)
        line.enter(item)
        line.append(item)
      }
      return read.length
    },
    giveBack(items) {
      line.giveBack(items)
      if (spool !== undefined) bounds.noteOnDisk()
    },
    settle,
    drop,
    acknowledge,
    makeRoom: bounds.makeRoom,
    items: () => line.items,
  }
}
