import { monotonicMs } from '../runtime/clock.ts'
import { sleep } from '../runtime/real-time.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import type { SpanSize } from '../span/span-size.ts'
import { backoffMs } from './backoff.ts'
import type { DeliveryTracker } from './delivery-tracker.ts'
import { createExportDiagnostics, type ExportDiagnostics, sayUnencodable } from './export-diagnostics.ts'
import type { ExportResult } from './export-result.ts'
import { createOffloader } from './offloader.ts'
import { createPacer } from './pacer.ts'
import { type Later, type Refused, sendParts } from './send-parts.ts'
import type { SpanOutcome } from './span-outcome.ts'
import { describeRecord } from './spool/describe-record.ts'
import type { Place, Spool, Stored } from './spool/spool.ts'
import type { SpanTarget } from './target.ts'
import { within } from './wait.ts'
import { createWaitingLine, type Waiting, waitingFor } from './waiting.ts'

/** A span as it was written to disk. */
export interface Written {
  /** Where it is; `undefined` when it is not. */
  readonly place: Place | undefined
  /** What is sent of it; `undefined` where that may still turn out to be something else. */
  readonly record: Uint8Array | undefined
}

export interface QueueOptions {
  /** Of memory, for everything that is held: what waits and what is on its way. */
  readonly maxBytes: number
  readonly maxSpans: number
  readonly batchSpans: number
  readonly delayMs: number
  /** Who speaks for the target, where several queues send to it. */
  readonly diagnostics?: ExportDiagnostics
  settled(span: EndedSpan, outcome: SpanOutcome): void
  /** Disk for what waits. */
  readonly spool?: QueueSpool | undefined
}

/** What a queue with a spool has to do with it, and with the export statistics. */
export interface QueueSpool {
  readonly disk: Spool<DeliveryTracker>
  encode(span: EndedSpan): Uint8Array
  /** See `TargetDisk.isFinal`. */
  isFinal(): boolean
  /** `span` is on disk only from now on. @returns what stands for it there */
  deferred(span: EndedSpan): DeliveryTracker | undefined
  /** Like {@link QueueOptions.settled}, for a span that was read from disk. */
  settled(stored: Stored<DeliveryTracker>, outcome: SpanOutcome): void
}

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

// The message limit of gRPC receivers is 4 MiB; sizes here are estimates, so batches stay well below it.
const BATCH_BYTES = 2 * 1024 * 1024
/** So far a flush, for which somebody waits, follows a receiver that asks to be left alone. */
const MAX_ASKED_MS = 2000
/** A queue that was full has room again when no more than this share of it is taken. */
const ROOM_SHARE = 0.5
/** From this share of the memory on it is asked whether the event loop still turns. */
const RELIEF_SHARE = 8
/** What a span that was read from disk takes in memory beside its record. */
const STORED_BYTES = 500

export function createQueue(target: SpanTarget, options: QueueOptions): Queue {
  const line = createWaitingLine()
  let inFlight: readonly Waiting[] = []
  let attempt = 0
  /** The receiver asked to be left alone until then, of the monotonic clock. */
  let askedUntil = 0
  const diagnostics = options.diagnostics ?? createExportDiagnostics(target)
  let closed: string | undefined
  let delivered: Place[] = []
  const { spool } = options

  /** Something that waits may be on disk as well. */
  let mayDefer = false

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

  /** Tells the disk what needs to be sent no more. */
  const acknowledge = (): void => {
    if (delivered.length > 0) spool?.disk.done(delivered)
    delivered = []
  }

  const onDisk = (): number => spool?.disk.size() ?? 0

  const drain = async (): Promise<void> => {
    while (line.length() + onDisk() > 0 && closed === undefined) {
      if (line.length() === 0 && (await readBatch()) === 0) continue
      if (closed !== undefined) return
      const batch = nextBatch()
      inFlight = batch
      const later = await deliver(batch)
      inFlight = []
      acknowledge()
      if (later === undefined) continue
      if (closed !== undefined) {
        drop(later.rest, closed)
        return
      }
      again(later)
      return
    }
  }

  const giveBack = (items: readonly Waiting[]): void => {
    line.giveBack(items)
    mayDefer = spool !== undefined
  }

  const again = ({ rest, answer }: Later<Waiting>): void => {
    giveBack(rest)
    diagnostics.failed(answer, { inMemory: line.length(), onDisk: onDisk() })
    const delay = backoffMs(attempt, { slow: answer.slow ?? false, askedMs: answer.afterMs })
    askedUntil = answer.afterMs === undefined ? 0 : monotonicMs() + delay
    pacer.schedule(delay)
    attempt += 1
  }

  const pacer = createPacer(drain, () => {
    if (line.length() + onDisk() > 0 && closed === undefined) pacer.schedule(options.delayMs)
  })

  const accepted = (items: readonly Waiting[], rejectedSpans: number): void => {
    attempt = 0
    diagnostics.recovered()
    // Receivers do not say which ones they did not take.
    for (let i = 0; i < items.length; i += 1)
      settle(items[i] as Waiting, i < rejectedSpans ? 'rejected' : 'sent')
    acknowledge()
    if (line.bytes() < options.maxBytes * ROOM_SHARE) diagnostics.hasRoom()
  }

  const deliver = (batch: readonly Waiting[]): Promise<Later<Waiting> | undefined> =>
    sendParts(batch, { send, accepted, rejected: reject, smaller })

  const offloader = createOffloader({
    start: () => (spool === undefined ? target.startHelper?.() : undefined),
    take: () => (line.length() < options.batchSpans || diagnostics.isFailing() ? [] : nextBatch()),
    answered(batch, answer) {
      if (answer.kind === 'accepted') {
        accepted(batch, answer.rejectedSpans ?? 0)
        return
      }
      // What is to become of it is found out here, where it can be tried in parts.
      giveBack(batch)
      if (!pacer.isRunning() && closed === undefined) pacer.runSoon()
    },
  })

  /** `item` with half of its bytes, where that can be had. */
  const smaller = async (item: Waiting): Promise<Waiting | undefined> => {
    const record = recordOf(item)
    if (record === undefined) return undefined
    // A span that is too large is rare, and what cuts it is much code.
    const { cutRecord } = await import('../span/otlp/cut-record.ts')
    const cut = cutRecord(record, record.length >> 1)
    if (cut.length >= record.length) return undefined
    item.record = cut
    return item
  }

  const recordOf = ({ record, span }: Waiting): Uint8Array | undefined => {
    try {
      return record ?? (span && (spool?.encode(span) ?? target.encode?.(span)))
    } catch {
      // What cannot be encoded has no record.
      return undefined
    }
  }

  const send = async (part: readonly Waiting[]): Promise<ExportResult> => {
    const records = part.flatMap(({ record }) => record ?? [])
    if (records.length === 0) return target.send(part.flatMap(({ span }) => span ?? []))
    return (await target.sendRecords?.(records)) ?? { kind: 'refused', reason: 'it takes no records' }
  }

  /** The next spans from disk, where nothing waits in memory. @returns how many */
  const readBatch = async (): Promise<number> => {
    const read = (await spool?.disk.take(BATCH_BYTES, options.batchSpans)) ?? []
    for (const stored of read) {
      const { place, record } = stored
      const { length } = record
      const item = waitingFor(undefined, stored, place, record, length, length + STORED_BYTES)
      line.enter(item)
      line.append(item)
    }
    return read.length
  }

  const nextBatch = (): Waiting[] => line.take({ bytes: BATCH_BYTES, spans: options.batchSpans })

  const reject = (item: Waiting, { reason, unencodable }: Refused): void => {
    const record = recordOf(item)
    const kept = record && spool?.disk.reject(record, reason)
    const span = item.span ?? describeRecord(record ?? new Uint8Array())
    if (unencodable) sayUnencodable(span, reason)
    else diagnostics.rejected(span, reason, kept)
    settle(item, unencodable ? { dropped: 'unencodable' } : 'rejected')
  }

  const drop = (items: readonly Waiting[], reason: string): void => {
    for (const item of items) settle(item, isKept(item.place) ? 'spooled' : { dropped: reason })
    acknowledge()
  }

  const isFull = (): boolean => line.bytes() > options.maxBytes || line.held() > options.maxSpans

  /** Lets go of the memory that `item` takes; it is sent from disk when there is room. */
  const defer = (item: Waiting): boolean => {
    if (spool === undefined || item.span === undefined || !isKept(item.place)) return false
    letGo(item)
    spool.disk.defer(item.place, spool.deferred(item.span))
    return true
  }

  const deferOldest = (): void => {
    let item = line.first()
    while (item !== undefined && isFull()) {
      const next: Waiting | undefined = item.after
      defer(item)
      item = next
    }
    mayDefer = item !== undefined
  }

  /** Makes room: by what is on disk as well, then by giving up the oldest trace whole; a half of it is of little use. */
  const makeRoom = (): void => {
    if (mayDefer) deferOldest()
    let dropped = 0
    while (isFull()) {
      const lost = line.oldestTrace()
      if (lost.length === 0) break
      drop(lost, 'queue_full')
      dropped += lost.length
    }
    if (dropped > 0) diagnostics.full(dropped, options.maxBytes)
  }

  const all = (): Waiting[] => [...inFlight, ...offloader.offloaded(), ...line.items()]

  return {
    push(span, size, written) {
      const place = written?.place
      const record = written?.record
      const held = size.held + (record?.length ?? 0)
      const item = waitingFor(span, undefined, place, record, record?.length ?? size.wire, held)
      line.enter(item)
      if (closed !== undefined) {
        drop([item], closed)
        return
      }
      // What came before it and is on disk only goes first.
      const late = spool !== undefined && spool.disk.own() > 0
      if (!((late || isFull()) && defer(item))) {
        line.append(item)
        mayDefer ||= place !== undefined
      }
      if (line.bytes() > options.maxBytes / RELIEF_SHARE) offloader.relieve()
      if (isFull()) makeRoom()
      if (pacer.isRunning()) return
      if (line.length() >= options.batchSpans && !diagnostics.isFailing()) pacer.runSoon()
      else pacer.schedule(options.delayMs)
    },
    adopt: () => spool?.disk.adopt(),
    wake: () => {
      if (!diagnostics.isFailing() && !pacer.isRunning() && closed === undefined) pacer.runSoon()
    },
    async flush(deadline) {
      spool?.disk.adopt()
      while (line.held() + onDisk() > 0 && closed === undefined && monotonicMs() < deadline) {
        await within(
          Promise.all([pacer.run(), offloader.idle()]).then(() => undefined),
          deadline,
        )
        if (line.held() + onDisk() === 0 || monotonicMs() >= deadline) return
        const asked = Math.min(MAX_ASKED_MS, askedUntil - monotonicMs())
        const pause = Math.max(backoffMs(Math.min(attempt, 2)), asked)
        await sleep(Math.min(pause, deadline - monotonicMs()))
      }
    },
    close(reason) {
      closed = reason
      pacer.cancel()
      // What is on its way has no answer that anybody waits for, so it counts as lost as well.
      drop(all(), reason)
      offloader.close()
    },
    contents: () => all().flatMap(({ span, settled }) => (span === undefined || settled ? [] : span)),
    settleAll(outcomeOf) {
      for (const item of all()) {
        if (item.span === undefined || item.settled) continue
        const outcome = outcomeOf(item.span)
        settle(item, typeof outcome === 'object' && isKept(item.place) ? 'spooled' : outcome)
      }
      acknowledge()
    },
    size: () => line.held() + onDisk(),
  }
}

/** Whether a span is on disk, and will be there for the next process. */
const isKept = (place: Place | undefined): place is Place => place !== undefined && !place.segment.isGone()

/** Waits for `work`, but no longer than `deadline`. Its timer holds the process: somebody waits for the answer. */
