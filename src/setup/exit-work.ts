import type { Undelivered } from '../export/statistics/undelivered.ts'
import { withoutDoubles } from '../export/still-open.ts'
import { resourceAttributes } from '../export/targets/resource.ts'
import { programName } from '../modules/program-name.ts'
import { type EndedSpan, plainSpan } from '../span/ended-span.ts'
import { detachedRecord } from '../span/trace-record.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import type { Conditions, ExitWork } from './exit-worker.ts'

/** What is left of a pipeline's spans at the end of the process. */
export interface Rest {
  /** What another thread can send. */
  readonly work: ExitWork | undefined
  /** How many spans only this thread could have delivered. */
  readonly stuck: number
  /** The targets, by their place, of which all is delivered. */
  readonly done: ReadonlySet<number>
}

/** Delivers at once what can be, without an event loop, and gives the rest. */
export function deliverNow(pipeline: Pipeline): Rest {
  const { config } = pipeline
  const shares = pipeline.exporter
    .undelivered()
    .map((share) => ({ ...share, spans: withoutDoubles(share.spans) }))
  for (const { spans, sendNow } of shares) sendNow?.(spans)
  const left = shares.filter((share) => !share.sendNow && share.spans.length + share.traceInfo.length > 0)
  // An exporter of the application's lives in this thread, and only in it.
  const sendable = left.filter((share) => share.index < config.targets.length)
  const stuck = Math.max(
    0,
    ...left.filter((share) => !sendable.includes(share)).map(({ spans }) => spans.length),
  )
  const done = new Set(shares.filter((share) => !left.includes(share)).map(({ index }) => index))
  if (sendable.length === 0) return { work: undefined, stuck, done }
  return { work: { ...conditionsOf(pipeline), undelivered: sendable.map(detached) }, stuck, done }
}

/** What another thread must know to send spans of `pipeline`. */
export function conditionsOf({ config, attachedResource, agentName }: Pipeline): Conditions {
  const { redact: _redact, exporters: _exporters, instrumentations: _instrumentations, ...plain } = config
  return {
    config: { ...plain, exporters: [], instrumentations: false },
    resource: resourceAttributes(config, attachedResource),
    agentName: agentName ?? programName(),
  }
}

/** Spans as data that another thread can take: without what only live spans need. */
function detached({ index, spans, traceInfo }: Undelivered): Undelivered {
  return { index, spans: spans.map(detachedSpan), traceInfo }
}

/** `span` as another thread can take it. */
export const detachedSpan = (span: EndedSpan): EndedSpan => ({
  ...plainSpan(span),
  trace: detachedRecord(span.trace),
})
