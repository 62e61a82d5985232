import { OpenSpans } from './open-spans.ts'

/**
 * What is known of one trace in this process. All its spans hold the same record, so that a span deep in the tree can
 * set the user of the whole trace; the record lives as long as they do.
 */
export interface TraceRecord {
  readonly traceId: string
  readonly sampled: boolean
  /** Flags of the W3C trace context that all of our spans here have. */
  readonly flags: number
  /** The tracestate that came with the trace, if it began elsewhere. */
  readonly upstreamState: string | undefined
  /** The local root continues a trace that began elsewhere. */
  readonly remote: boolean
  /** The process that started the trace exports it itself, and will send its root. */
  readonly rootElsewhere: boolean
  /** Where the process that began the trace sends it, as `ownExperiment` writes it; `undefined` where nobody said so. */
  readonly experiment: string | undefined
  userId?: string
  sessionId?: string
  /** Written by {@link setEntry}. */
  tags: ReadonlyMap<string, string>
  metadata: ReadonlyMap<string, string>
  clientRequestId?: string
  requestPreview?: string
  responsePreview?: string
  state?: 'OK' | 'ERROR'
  /** How often something was said of the trace: what comes after its root left is noticed by this. */
  revision: number
  /** By target, how much of what was said went with the local root or after it, once that one arrived there. */
  reported?: (number | undefined)[]
  /** The last local root that has left. */
  root?: RootSummary
  /** Earliest start and latest end of the local spans that ended so far, epoch milliseconds. */
  startMs: number
  endMs: number
  /** What the table of traces and the queue know of it; see `RecordSlot`. */
  entry: unknown
  group: unknown
  /** Open spans by ID, for what a span must know of its ancestors. */
  readonly open: OpenSpans
}

/** What a trace still has to know of its local root after that one has left. */
export interface RootSummary {
  readonly name: string
  readonly failed: boolean
  readonly isRemote: boolean
  /** {@link TraceRecord.revision} at that time. */
  readonly revision: number
  /** Of its content, where MLflow makes none itself: the root of the trace never comes. */
  readonly requestPreview: string | undefined
  readonly responsePreview: string | undefined
}

const NO_ENTRIES: ReadonlyMap<string, string> = new Map()

/** Sets a tag, or metadata, of a trace. */
export function setEntry(record: TraceRecord, of: 'tags' | 'metadata', key: string, value: string): void {
  // Most traces have none.
  if (record[of] === NO_ENTRIES) record[of] = new Map()
  ;(record[of] as Map<string, string>).set(key, value)
}

/** A record for a trace of which nothing has been said yet. */
export function newTraceRecord(init: {
  traceId: string
  sampled: boolean
  remote?: boolean
  rootElsewhere?: boolean
  flags?: number
  upstreamState?: string | undefined
  experiment?: string | undefined
}): TraceRecord {
  return {
    traceId: init.traceId,
    sampled: init.sampled,
    flags: init.flags ?? (init.sampled ? 1 : 0),
    upstreamState: init.upstreamState || undefined,
    remote: init.remote ?? false,
    rootElsewhere: init.rootElsewhere ?? false,
    experiment: init.experiment,
    tags: NO_ENTRIES,
    metadata: NO_ENTRIES,
    revision: 0,
    startMs: Number.POSITIVE_INFINITY,
    endMs: Number.NEGATIVE_INFINITY,
    open: new OpenSpans(),
    entry: undefined,
    group: undefined,
  }
}

/** `record` as another thread can take it: without what only live spans need. */
export const detachedRecord = (record: TraceRecord): TraceRecord => ({
  ...record,
  open: new OpenSpans(),
  entry: undefined,
  group: undefined,
})

/** Takes over into `record` what another thread says of the same trace. */
export function takeOver(record: TraceRecord, arrived: TraceRecord): void {
  const { open, entry, group } = record
  Object.assign(record, arrived, { open, entry, group })
}
