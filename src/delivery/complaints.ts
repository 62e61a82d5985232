import { diagnose, diagnoseMended } from '../runtime/diagnostics.ts'
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
  let aloud = false
  return {
    failed(answer, { inMemory, onDisk }) {
      failing = true
      const { name } = target
      const reason = sentence(answer.reason)
      const printed = diagnose(
        answer.slow ? 'error' : 'warn',
        'TS_EXPORT_FAILED',
        `Spans cannot be delivered to ${name}: ${reason} ${waitingText(inMemory, onDisk)} tried again.${whatToRun(name)}`,
        { target: name, reason: answer.reason, waiting: inMemory, onDisk },
        name,
      )
      aloud ||= printed
    },
    recovered() {
      if (!failing) return
      const { name } = target
      const message = `Spans are delivered to ${name} again, also those that waited.`
      diagnoseMended(aloud, 'TS_EXPORT_RECOVERED', message, { target: name })
      failing = false
      aloud = false
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

/** A span was set aside for an error of our own: no receiver was asked. */
export function sayUnencodable(span: RejectedSpan, reason: string): void {
  // Whatever is wrong with the span may be wrong with these.
  const text = (value: unknown): string => (typeof value === 'string' ? value : 'unknown')
  const [name, traceId, spanId] = [text(span.name), text(span.traceId), text(span.spanId)]
  diagnose(
    'error',
    'TS_SPAN_UNENCODABLE',
    `The span "${name}" of trace ${traceId} was set aside: it holds something that OTLP cannot carry (${reason}). The others are unharmed. Please report this with how the span was made.`,
    { traceId, spanId, name, reason },
  )
}

const sentence = (text: string): string => `${text.replace(/\.$/, '')}.`

const spans = (count: number): string => (count === 1 ? '1 span' : `${count} spans`)

function waitingText(inMemory: number, onDisk: number): string {
  if (onDisk > 0) return `${spans(inMemory)} in memory and ${onDisk} on disk wait and are`
  return inMemory === 1 ? '1 span waits in memory and is' : `${spans(inMemory)} wait in memory and are`
}

/** Shows from the same machine what answers there; an exporter of the user's own has no address. */
const whatToRun = (name: string): string =>
  /^https?:/.test(name) ? ` To see what answers there, run: curl -v '${name}'` : ''
