import type { SpanOutcome } from '../export/statistics/span-outcome.ts'
import { messageOf } from '../runtime/errors.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { SPAN_DELIVERED, SPAN_REFUSED } from './exit-outcomes.ts'
import type { SentInWorker } from './exit-thread.ts'
import type { Rest } from './exit-work.ts'

/** What was left of a pipeline at the end of the process, and how that which another thread was given has fared. */
export interface SentRest extends Rest {
  readonly sent: SentInWorker | undefined
}

/** What became of it. */
export interface Settled {
  /** Spans and trace data that were not delivered before. */
  readonly unsent: number
  readonly lost: number
  /** On disk by the spool. */
  readonly spooled: number
  /** Written to disk just now, and where. */
  readonly kept: number
  readonly keptIn: string | undefined
  readonly reason: string
  /** Why not all of them could be written. */
  readonly failure: string | undefined
}

const DROPPED: SpanOutcome = { dropped: 'exit' }

const outcomeOf = (inThread: number | undefined): SpanOutcome | undefined =>
  inThread === SPAN_DELIVERED ? 'sent' : inThread === SPAN_REFUSED ? 'rejected' : undefined

/** Settles each span: delivered by the worker, left to the next process, or lost. */
export function settleRest(pipeline: Pipeline, { work, stuck, done, sent }: SentRest): Settled {
  const unsent = pipeline.exporter.unsent()
  const { leftovers } = pipeline.config
  const outcomes = work?.undelivered.map(() => new Map<string, SpanOutcome>()) ?? []
  let kept = 0
  let refused = 0
  let failure: string | undefined
  let at = 0
  for (const [i, { index, spans }] of (work?.undelivered ?? []).entries()) {
    const left: EndedSpan[] = []
    for (const span of spans) {
      const outcome = outcomeOf(sent?.outcomes[at])
      if (outcome === 'rejected') refused += 1
      if (outcome !== undefined) outcomes[i]?.set(span.spanId, outcome)
      else left.push(span)
      at += 1
    }
    if (leftovers === undefined || left.length === 0) continue
    const { kept: written, error } = pipeline.exporter.leave(index, left)
    for (const span of left.slice(0, written)) outcomes[i]?.set(span.spanId, 'spooled')
    kept += written
    if (error !== undefined)
      failure = `they could not be kept in ${leftovers.dir} either: ${messageOf(error)}`
  }
  const outcomesByTarget = new Map(work?.undelivered.map(({ index }, i) => [index, outcomes[i]]))
  const isLeft = sent?.left !== undefined
  const { lost, spooled } = pipeline.exporter.settleUndelivered((index, span) => {
    const outcomesHere = outcomesByTarget.get(index)
    if (outcomesHere === undefined) return done.has(index) ? 'sent' : DROPPED
    return outcomesHere.get(span.spanId) ?? (isLeft ? DROPPED : 'sent')
  })
  return {
    unsent,
    lost: lost + refused,
    spooled,
    kept,
    keptIn: kept > 0 || failure !== undefined ? leftovers?.dir : undefined,
    reason: reasonOf(sent?.left, stuck),
    failure,
  }
}

function reasonOf(left: string | undefined, stuck: number): string {
  if (left !== undefined) return left
  return stuck > 0
    ? "exporters of the application work only in the application's own event loop"
    : 'there was no room for them in memory'
}
