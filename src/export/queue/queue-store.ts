import type { EndedSpan } from '../../span/ended-span.ts'
import type { SpanSize } from '../../span/span-size.ts'
import type { Place } from '../spool/spool.ts'
import type { SpanOutcome } from '../statistics/span-outcome.ts'
import { createQueueBounds, isKept, type QueueBounds } from './queue-bounds.ts'
import type { QueueOptions } from './queue-options.ts'
import { type Waiting, WaitingLine, waitingFor } from './waiting.ts'
import { WriteGroup, type Wrote } from './write-group.ts'

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
  enter(span: EndedSpan, size: SpanSize): Waiting
  /**
   * `item` waits behind all others, in memory or on disk.
   *
   * @param isKept - it is to be on disk as well, where there is one
   */
  append(item: Waiting, isKept: boolean): void
  /** Writes what is to be on disk and is not yet. */
  write(): void
  /** The same for what comes from now on, as it comes. */
  writeAtOnce(): void
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

/** @param due - the event loop has turned: {@link QueueStore.write} is to be called */
export function createQueueStore(options: QueueOptions, due: () => void): QueueStore {
  const { spool, batchSpans, maxBytes } = options
  const line = new WaitingLine()
  let delivered: Place[] = []
  /** What is to wait on disk only, and is not there yet. */
  const late = new Set<Waiting>()

  const letGo = (item: Waiting): void => {
    item.settled = true
    late.delete(item)
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

  const wrote: Wrote = (item, place, record) => {
    item.place = place
    if (record !== undefined) line.keepRecord(item, record)
    const isLate = late.delete(item)
    // Once one of them is on disk only, those behind it are as well.
    const isBehind = isLate || (spool?.disk.own ?? 0) > 0 || bounds.isFull()
    if (isBehind && bounds.defer(item)) return
    if (isLate) line.append(item)
    if (place !== undefined) bounds.noteOnDisk()
  }
  const group = spool && new WriteGroup(spool, maxBytes, wrote, due)

  return {
    waiting: () => line.length,
    hasBatch: () => line.length >= batchSpans || line.wireBytes >= BATCH_BYTES,
    held: () => line.held,
    bytes: () => line.bytes,
    onDisk: () => spool?.disk.size ?? 0,
    enter(span, size) {
      const item = waitingFor(span, undefined, undefined, undefined, size.wire, size.held)
      line.enter(item)
      return item
    },
    append(item, isKept) {
      // What the application's own exporter may send is known when it is sent, so that it has no record before.
      const isGrouped = group !== undefined && isKept && item.span?.exportedTo === undefined
      // What came before it and is on disk only goes first.
      const isLate = spool !== undefined && (late.size > 0 || spool.disk.own > 0)
      if (isGrouped && (isLate || bounds.isFull())) late.add(item)
      else line.append(item)
      if (isGrouped && group.add(item)) group.write()
    },
    write: () => group?.write(),
    writeAtOnce: () => group?.writeAtOnce(),
    next() {
      // What is to wait on disk only is behind what came before it then.
      group?.write()
      return line.take({ bytes: BATCH_BYTES, spans: batchSpans })
    },
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
    makeRoom() {
      if (group !== undefined && bounds.isFull()) {
        // What is on disk in a moment may leave the memory then, and is not much.
        if (!bounds.isFull(group)) return 0
        group.write()
      }
      return bounds.makeRoom()
    },
    items: () => line.items,
  }
}
