import type { EndedSpan } from '../../span/ended-span.ts'
import type { HelperThread } from '../queue/offloader.ts'
import type { Left } from '../spool/leave.ts'
import type { Spool, SpoolEvents, SpoolSpan } from '../spool/spool.ts'
import type { DeliveryTracker } from '../statistics/delivery-tracker.ts'
import type { ExportResult } from '../statistics/export-result.ts'
import type { PendingTraceInfo } from '../trace-info/pending-trace-info.ts'
import type { HandOver } from './hand-over.ts'

/**
 * Whether somebody waits for what is sent, or more than it waits behind it, which can change meanwhile. What is not urgent is
 * made and handed to the network in small pieces, between which the event loop is the application's.
 */
export type IsUrgent = () => boolean

/** One receiver of spans. Its methods never reject. */
export interface SpanTarget {
  /** For messages: where spans go, without credentials. */
  readonly name: string
  /** @param isUrgent - see {@link IsUrgent}; what is sent without it is urgent */
  send(spans: readonly EndedSpan[], isUrgent?: IsUrgent): Promise<ExportResult>
  /** Delivers the last spans before it returns; there where that needs no event loop. */
  sendNow?(spans: readonly EndedSpan[]): void
  /** Sends spans that are bytes already, each a complete `resource_spans` entry; there where {@link SpanTarget.disk} is. */
  sendRecords?(records: readonly Uint8Array[], isUrgent?: IsUrgent): Promise<ExportResult>
  /** `span` as a record; `undefined` while it is not known how the receiver wants it. */
  encode?(span: EndedSpan): Uint8Array | undefined
  /** Absent where spans wait in memory only. */
  readonly disk?: TargetDisk | undefined
  /** Absent where what is left when the process ends is lost. */
  readonly leftovers?: TargetLeftovers | undefined
  /** Another thread that delivers to it in our place; absent where there is none. */
  readonly handOver?: HandOver | undefined
  /** Starts a thread that sends as well; absent, or `undefined`, where there can be none. */
  startHelper?(): HelperThread | undefined
  /** Delivers what OTLP cannot carry; absent where nothing of the kind is taken. */
  sendTraceInfo?(traceInfo: PendingTraceInfo): Promise<ExportResult>
  shutdown(): Promise<void>
}

/** How spans for one target are kept on disk. */
export interface TargetDisk {
  /** `span` as a record. */
  encode(span: EndedSpan): Uint8Array
  /** Whether it is known what the receiver is, so that a record is as the receiver wants it. */
  isFinal(): boolean
  open(events: SpoolEvents<DeliveryTracker>): Spool<DeliveryTracker>
}

/** How spans for one target that are left when a process ends come to the next one. */
export interface TargetLeftovers extends TargetDisk {
  readonly dir: string
  /** Whether former processes have left something. */
  exist(): boolean
  /** Calls `work` when the application has started. */
  soon(work: () => void): void
  /** Leaves `records` to the next process. Never throws. */
  keep(records: readonly SpoolSpan[]): Left
}
