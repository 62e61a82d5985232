import type { EndedSpan } from '../../span/ended-span.ts'
import { describeRecord } from '../spool/describe-record.ts'
import { type ExportDiagnostics, sayUnencodable } from '../statistics/export-diagnostics.ts'
import type { ExportResult } from '../statistics/export-result.ts'
import type { SpanOutcome } from '../statistics/span-outcome.ts'
import type { IsUrgent, SpanTarget } from '../targets/target.ts'
import type { QueueSpool } from './queue-options.ts'
import { type Later, type Refused, sendParts } from './send-parts.ts'
import type { Waiting } from './waiting.ts'

interface Parts {
  readonly target: SpanTarget
  readonly spool: QueueSpool | undefined
  readonly diagnostics: ExportDiagnostics
  readonly isUrgent: IsUrgent
  settle(item: Waiting, outcome: SpanOutcome): void
  /** The receiver has `items`, but for `rejectedSpans` of them. */
  accepted(items: readonly Waiting[], rejectedSpans: number): void
}

/** Delivers a batch, in parts where the receiver refuses it. @returns what must wait */
export type DeliverBatch = (batch: readonly Waiting[]) => Promise<Later<Waiting> | undefined>

export function createBatchDelivery(parts: Parts): DeliverBatch {
  const { target, spool, diagnostics, settle, accepted, isUrgent } = parts
  const recordOf = ({ record, span }: Waiting): Uint8Array | undefined => {
    try {
      return record ?? (span && (spool?.encode(span) ?? target.encode?.(span)))
    } catch {
      // What cannot be encoded has no record.
      return undefined
    }
  }

  /** `item` with half of its bytes, where that can be had. */
  const smaller = async (item: Waiting): Promise<Waiting | undefined> => {
    const record = recordOf(item)
    if (record === undefined) return undefined
    // A span that is too large is rare, and what cuts it is much code.
    const { cutRecord } = await import('../../otlp/cut-record.ts')
    const cut = cutRecord(record, record.length >> 1)
    if (cut.length >= record.length) return undefined
    item.record = cut
    return item
  }

  const send = async (part: readonly Waiting[]): Promise<ExportResult> => {
    const records: Uint8Array[] = []
    const spans: EndedSpan[] = []
    for (const { record, span } of part) {
      if (record !== undefined) records.push(record)
      else if (span !== undefined) spans.push(span)
    }
    if (records.length === 0) return target.send(spans, isUrgent)
    return (
      (await target.sendRecords?.(records, isUrgent)) ?? {
        kind: 'refused',
        reason: 'the target accepts no records',
      }
    )
  }

  const rejected = (item: Waiting, { reason, unencodable }: Refused): void => {
    const record = recordOf(item)
    const kept = record && spool?.disk.reject(record, reason)
    const span = item.span ?? describeRecord(record ?? new Uint8Array())
    if (unencodable) sayUnencodable(span, reason)
    else diagnostics.rejected(span, reason, kept)
    settle(item, unencodable ? { dropped: 'unencodable' } : 'rejected')
  }

  return (batch) => sendParts(batch, { send, accepted, rejected, smaller })
}
