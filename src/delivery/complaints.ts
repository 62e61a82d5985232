import { diagnose } from '../runtime/diagnostics.ts'
import type { Answer } from './answer.ts'

/** What a queue says aloud of its target. */
export interface Complaints {
  failed(answer: Retry, waiting: { readonly inMemory: number; readonly onDisk: number }): void
  /** Says that delivery works again, where it was said that it does not. */
  recovered(): void
  /** @param kept - file in which the span was set aside */
  rejected(span: RejectedSpan, reason: string, kept: string | undefined): void
  full(dropped: number, maxBytes: number): void
  /** Whether the last thing said was that delivery fails. */
  isFailing(): boolean
}

export type Retry = Extract<Answer, { kind: 'retry' }>

interface RejectedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
}

/** @param target - where spans go, for the messages */
export function createComplaints(target: { readonly name: string }): Complaints {
  let failing = false
  return {
    failed(answer, { inMemory, onDisk }) {
      failing = true
      const where =
        onDisk > 0
          ? `${inMemory} spans wait in memory and ${onDisk} on disk, and`
          : `${inMemory} spans wait in memory and`
      diagnose(
        answer.slow ? 'error' : 'warn',
        'TS_EXPORT_FAILED',
        `Spans cannot be delivered to ${target.name}: ${answer.reason.replace(/\.$/, '')}. ${where} are tried again.`,
        { target: target.name, reason: answer.reason, waiting: inMemory, onDisk },
        target.name,
      )
    },
    recovered() {
      if (!failing) return
      failing = false
      diagnose('info', 'TS_EXPORT_RECOVERED', `Spans are delivered to ${target.name} again.`, {
        target: target.name,
      })
    },
    rejected({ name, traceId, spanId }, reason, kept) {
      diagnose(
        'error',
        'TS_SPAN_REJECTED',
        `${target.name} refused the span "${name}" of trace ${traceId}: ${reason}. The others of its batch are unharmed.${kept ? ` It is kept in ${kept}.` : ''}`,
        { target: target.name, traceId, spanId, name, reason, ...(kept !== undefined && { kept }) },
        target.name,
      )
    },
    full(dropped, maxBytes) {
      diagnose(
        'error',
        'TS_QUEUE_FULL',
        `${dropped} spans of the oldest traces were dropped: ${target.name} takes them more slowly than they come, and the queue is full. Raise maxQueueBytes, sample, or put an OpenTelemetry Collector in between.`,
        { target: target.name, dropped, maxBytes },
        target.name,
      )
    },
    isFailing: () => failing,
  }
}
