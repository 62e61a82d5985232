import { diagnose, diagnoseMended } from '../../runtime/diagnostics.ts'
import type { ExportResult } from './export-result.ts'

/** What a queue says aloud of its target. */
export interface ExportDiagnostics {
  failed(answer: Retry, waiting: { readonly inMemory: number; readonly onDisk: number }): void
  /** Says that delivery works again, where it was said that it does not. */
  recovered(): void
  /** @param kept - file in which the span was set aside */
  rejected(span: RejectedSpan, reason: string, kept: string | undefined): void
  /** The queue is full, and `dropped` spans had to go. It is said once, however many follow, until there is room. */
  full(dropped: number, maxBytes: number): void
  /** The queue is not full any more. */
  hasRoom(): void
  /** Whether the last thing said was that delivery fails. */
  isFailing(): boolean
  /** Whether it fails for what a person has to put right, not for a receiver that is not there. */
  needsHelp(): boolean
}

export type Retry = Extract<ExportResult, { kind: 'retry' }>

interface RejectedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
}

/** @param target - where spans go, for the messages */
export function createExportDiagnostics(target: { readonly name: string }): ExportDiagnostics {
  let failing = false
  let helpless = false
  let aloud = false
  let isFull = false
  let saidFull = false
  let droppedWhileFull = 0
  return {
    failed(answer, { inMemory, onDisk }) {
      failing = true
      helpless = answer.slow ?? false
      const { name } = target
      const reason = sentence(answer.reason)
      const printed = diagnose(
        answer.slow ? 'error' : 'warn',
        'TS_EXPORT_FAILED',
        `Spans cannot be delivered to ${name}: ${reason} ${waitingText(inMemory, onDisk)} retried.${whatToRun(name)}`,
        { target: name, reason: answer.reason, waiting: inMemory, onDisk },
        name,
      )
      aloud ||= printed
    },
    recovered() {
      if (!failing) return
      const { name } = target
      const message = `Spans are being delivered to ${name} again, including those that were waiting.`
      diagnoseMended(aloud, 'TS_EXPORT_RECOVERED', message, { target: name })
      failing = false
      aloud = false
    },
    rejected({ name, traceId, spanId }, reason, kept) {
      diagnose(
        'error',
        'TS_SPAN_REJECTED',
        `${target.name} refused the span "${name}" of trace ${traceId}: ${reason}. The other spans of its batch are not affected.${kept ? ` The refused span is kept in ${kept}.` : ''}`,
        { target: target.name, traceId, spanId, name, reason, ...(kept !== undefined && { kept }) },
        target.name,
      )
    },
    full(dropped, maxBytes) {
      droppedWhileFull += dropped
      if (isFull) return
      // Before it is said: whoever hears it may trace that, and fill the queue further.
      isFull = true
      saidFull = diagnose(
        'error',
        'TS_QUEUE_FULL',
        `Spans are being dropped, the oldest traces first, until there is room: ${target.name} accepts spans more slowly than they are produced, and the waiting ones fill the memory allowed for them (maxQueueBytes, ${maxBytes} bytes). Raise maxQueueBytes, use the option spool, sample, or put an OpenTelemetry Collector in between.`,
        { target: target.name, dropped, maxBytes },
        target.name,
      )
    },
    hasRoom() {
      if (!isFull) return
      isFull = false
      const dropped = droppedWhileFull
      droppedWhileFull = 0
      const message = `There is room for spans again. While there was none, ${dropped} ${dropped === 1 ? 'span' : 'spans'} for ${target.name} ${dropped === 1 ? 'was' : 'were'} dropped.`
      diagnoseMended(saidFull, 'TS_QUEUE_ROOM', message, { target: target.name, dropped })
    },
    isFailing: () => failing,
    needsHelp: () => failing && helpless,
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
    `The span "${name}" of trace ${traceId} was not sent: it holds something that OTLP cannot carry (${reason}). Other spans are not affected. Please report this, with the code that made the span.`,
    { traceId, spanId, name, reason },
  )
}

/** Says that spans which have not ended held too much. */
export function sayOpenContent(maxBytes: number): void {
  diagnose(
    'warn',
    'TS_OPEN_CONTENT',
    `Spans that have not ended hold more than ${maxBytes} bytes of inputs, outputs, attributes and events (maxQueueBytes); the content of the oldest ones is discarded, and a mark takes its place. ` +
      'Either the code that started them does not call end(), or their work never finishes. Set TURNSPAN_WATCHDOG=true to see where they were started.',
    { maxBytes },
  )
}

const sentence = (text: string): string => `${text.replace(/\.$/, '')}.`

const spans = (count: number): string => (count === 1 ? '1 span' : `${count} spans`)

function waitingText(inMemory: number, onDisk: number): string {
  if (onDisk > 0) return `${spans(inMemory)} in memory and ${onDisk} on disk are waiting and will be`
  return `${spans(inMemory)} ${inMemory === 1 ? 'is' : 'are'} waiting in memory and will be`
}

/** Shows from the same machine what answers there; an exporter of the user's own has no address. */
const whatToRun = (name: string): string =>
  /^https?:/.test(name) ? ` To see what answers there, run: curl -v '${name}'` : ''
