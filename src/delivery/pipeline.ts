import type { Span as OtelSpan } from '@opentelemetry/api'
import type { Config } from '../config/config.ts'
import { monotonicMs, msOfHrTime } from '../runtime/clock.ts'
import { messageOf } from '../runtime/errors.ts'
import { isSpanContextValid } from '../runtime/otel-trace.ts'
import { realTime, type Timer, withoutHold } from '../runtime/real-time.ts'
import { withEmptyStack } from '../runtime/stack-room.ts'
import { spanContextOf } from '../span/clean-fields.ts'
import type { Attributes, EndedSpan } from '../span/ended-span.ts'
import { isLocalRoot } from '../span/ended-span.ts'
import * as keys from '../span/keys.ts'
import type { SpanHost } from '../span/live-span.ts'
import { createOpenContent } from '../span/open-content.ts'
import { fitSpan, spanSize } from '../span/span-size.ts'
import { SpanType } from '../span/span-type.ts'
import { usageOfAttributes } from '../span/token-usage.ts'
import type { OpenSpan, TraceRecord } from '../span/trace-record.ts'
import { sumUpUsage } from '../span/usage-tree.ts'
import { createDeliveryTrackers, type DeliveryTracker } from './delivery-tracker.ts'
import { createExportDiagnostics, sayOpenContent, sayUnencodable } from './export-diagnostics.ts'
import type { ExportStatistics, Report } from './export-statistics.ts'
import {
  copyExternalSpan,
  type ExternalSpan,
  externalContext,
  parentIdOf,
  sayUnreadable,
} from './external-span.ts'
import { traceOfEnded, traceOfStarted } from './external-trace.ts'
import { createKeepFilter } from './keep.ts'
import { createLeftovers } from './leftovers.ts'
import type { PendingTraceInfo } from './pending-trace-info.ts'
import { createQueue, type QueueOptions, type QueueSpool, type SpanOutcome } from './queue.ts'
import { isSampled } from './sampling.ts'
import type { Left } from './spool/leave.ts'
import type { SpanTarget } from './target.ts'
import {
  enqueueStoredTraceInfo,
  enqueueTraceInfo,
  pendingTraceInfo,
  rootSummary,
  type TargetExporter,
  write,
} from './target-exporter.ts'
import { ownExperiment } from './trace-experiment.ts'
import { createTraceInfoQueue } from './trace-info-queue.ts'
import { createTraceTable, type TraceTable } from './trace-table.ts'

/** The way of spans from their end to their targets, for one configuration. */
export interface Pipeline extends SpanHost {
  readonly config: Config
  /** Where its traces go, for the services that they go on to; see `ownExperiment`. */
  readonly experiment: string | undefined
  readonly traces: TraceTable
  /** Whether a new trace is kept; see `isSampled`. */
  sampled(traceId: string, options?: { ratio?: number | undefined; parent?: boolean | undefined }): boolean
  /** Resource attributes of the provider to which it is attached, if any. */
  attachedResource: Attributes | undefined
  /** Sends a span that is still open, outside of the statistics: it is counted when it ends. */
  sendOpen(span: EndedSpan): void
  /**
   * A span of another library began in a provider to which we are attached, below what was active then.
   */
  externalStarted(span: ExternalSpan, parent: OtelSpan | undefined): void
  /** A span of another library ended. @returns the trace that it is in, where it can be read */
  externalEnded(span: ExternalSpan): TraceRecord | undefined
  /** Sends what is waiting; resolves when nothing is left or the time is up. */
  flush(timeoutMs: number): Promise<void>
  /** {@link Pipeline.flush}, then no more: what is left is dropped and counted. */
  shutdown(timeoutMs: number): Promise<void>
  /** Spans and trace data that have not been delivered. */
  unsent(): number
  /** Called whenever there is something to deliver. */
  onWork: (() => void) | undefined
  /** Called when nothing is left to deliver. */
  onIdle: (() => void) | undefined
  /** Name of the first agent that ran, by whatever library: MLflow's experiment is named after it where nothing else is. */
  agentName: string | undefined
  /** What has not been delivered, by target; see {@link Pipeline.settleUndelivered}. */
  undelivered(): readonly Undelivered[]
  /**
   * Somebody else delivered what {@link Pipeline.undelivered} gave, or gave it up; what is on disk stays there then.
   *
   * @returns how many are lost now, and how many are on disk only
   */
  settleUndelivered(outcomeOf: (index: number, span: EndedSpan) => SpanOutcome): {
    readonly lost: number
    readonly spooled: number
  }
  /** Leaves spans that were not delivered to the next process, as far as it can. @returns how many, and why not all */
  leave(index: number, spans: readonly EndedSpan[]): Left
  /** There may be something to send that former processes have left. */
  hasLeftovers(): boolean
  /** What is unsent waits for receivers that may still come up, not for somebody to put something right. */
  mayComeUp(): boolean
  /** Leaves what is on disk to whoever comes next. */
  releaseDisk(): void
  /** ID of the last trace whose local root ended. */
  lastTraceId: string | undefined
}

/** What waits for one target, by its place in the list of targets. */
export interface Undelivered {
  readonly index: number
  readonly spans: readonly EndedSpan[]
  readonly traceInfo: readonly PendingTraceInfo[]
  /** Delivers spans at once; see {@link SpanTarget.sendNow}. */
  readonly sendNow?: SpanTarget['sendNow']
}

// Longest that `keep: 'agent'` lets a span wait for an ancestor that does not end.
const MAX_HELD_MS = 30_000
/** What is said of traces beside their spans may take so much of the memory for those. */
const TRACE_INFO_SHARE = 8
const DEFAULT_MAX_SPANS = 1_000_000

export function createPipeline(
  config: Config,
  targets: readonly SpanTarget[],
  statistics: ExportStatistics,
): Pipeline {
  const traces = createTraceTable()
  const progress = new Map<EndedSpan, DeliveryTracker>()
  // Spans that were sent while they were open, and are not counted.
  const beside = new WeakSet<EndedSpan>()
  let anyBeside = false
  const trackers = createDeliveryTrackers(statistics)
  const filter = config.keep === 'agent' ? createKeepFilter(() => statistics.settled('filtered')) : undefined
  let holdTimer: Timer | undefined

  const noteIdle = (): void => {
    if (pipeline.unsent() === 0) pipeline.onIdle?.()
  }

  const settled = (exporter: TargetExporter, span: EndedSpan, outcome: SpanOutcome): void => {
    if (hasOneWay) {
      if (!isBeside(span)) settledAtOnce(exporter, span, outcome)
    } else {
      const tracker = progress.get(span)
      if (tracker !== undefined) {
        if (outcome === 'sent') enqueueTraceInfo(exporter, span)
        if (trackers.settled(tracker, outcome)) progress.delete(span)
      }
    }
    if (exporter.queue.size() === 0) noteIdle()
  }

  /** With one target and no disk a span fares one way, and its outcome needs no tracker. */
  const settledAtOnce = (exporter: TargetExporter, span: EndedSpan, outcome: SpanOutcome): void => {
    if (outcome === 'sent') enqueueTraceInfo(exporter, span)
    if (outcome === 'spooled') statistics.spooled(1)
    else statistics.settled(outcome)
  }

  const isBeside = (span: EndedSpan): boolean => anyBeside && beside.has(span)

  const settledOnDisk = (tracker: DeliveryTracker | undefined, outcome: SpanOutcome): void => {
    if (outcome === 'spooled') return
    trackers.settledOnDisk(tracker ?? onlyOnDisk(), outcome)
    noteIdle()
  }

  const spoolOf = (target: SpanTarget, exporter: () => TargetExporter): QueueSpool | undefined =>
    target.disk && {
      encode: target.disk.encode,
      isFinal: target.disk.isFinal,
      disk: target.disk.open({
        lost(gone, reason) {
          for (const tracker of gone) settledOnDisk(tracker, { dropped: reason })
        },
        found: () => exporter().queue.wake(),
      }),
      deferred(span) {
        const tracker = progress.get(span)
        if (tracker === undefined) return undefined
        if (trackers.deferred(tracker)) progress.delete(span)
        return exporters.length > 1 ? tracker : undefined
      },
      settled(stored, outcome) {
        if (outcome === 'sent') enqueueStoredTraceInfo(exporter(), stored)
        if (stored.own) settledOnDisk(stored.tracker, outcome)
      },
    }

  const exporters: TargetExporter[] = targets.map((target, index) => {
    const spool = spoolOf(target, () => exporter)
    const traceInfoQueue =
      target.complete && createTraceInfoQueue(target, config.maxQueueBytes / TRACE_INFO_SHARE)
    const diagnostics = createExportDiagnostics(target)
    const options: QueueOptions = {
      maxBytes: config.maxQueueBytes,
      maxSpans: config.maxQueueSpans ?? DEFAULT_MAX_SPANS,
      batchSpans: config.batch.maxSpans,
      delayMs: config.batch.delayMs,
      diagnostics,
      settled: (span, outcome) => settled(exporter, span, outcome),
      spool,
    }
    const exporter: TargetExporter = {
      target,
      traceInfoQueue,
      index,
      spool,
      diagnostics,
      leftovers: createLeftovers({ index, traceInfoQueue }, target, options),
      queue: createQueue(target, options),
    }
    return exporter
  })

  const hasOneWay = exporters.length === 1 && exporters[0]?.spool === undefined

  const leave = (span: EndedSpan): void => {
    const whole = spanSize(span)
    const fits = whole.wire <= config.limits.maxSpanBytes
    const fitted = fits ? span : fitSpan(span, config.limits.maxSpanBytes)
    const size = fits ? whole : spanSize(fitted)
    if (isLocalRoot(span)) span.trace.root = rootSummary(span)
    if (!hasOneWay) progress.set(fitted, trackers.issue(exporters.length))
    for (const exporter of exporters) exporter.queue.push(fitted, size, write(exporter, fitted))
    pipeline.onWork?.()
  }

  const release = (): void => {
    realTime.stop(holdTimer)
    holdTimer = undefined
    for (const span of filter?.release() ?? []) leave(span)
  }

  const take = (span: EndedSpan): void => {
    statistics.ended()
    try {
      accept(span)
    } catch {
      // The end of the stack, somewhere on the way.
      withEmptyStack(() => takeAgain(span))
    }
  }

  const takeAgain = (span: EndedSpan): void => {
    try {
      if (!exporters.some(({ queue }) => queue.contents().includes(span))) accept(span)
    } catch (thrown) {
      sayUnencodable(span, messageOf(thrown))
      statistics.settled({ dropped: 'unencodable' })
      progress.delete(span)
    }
    for (const { queue } of exporters) queue.wake()
  }

  const accept = (span: EndedSpan): void => {
    if (isLocalRoot(span)) pipeline.lastTraceId = span.traceId
    pipeline.agentName ??= agentNameOf(span)
    traces.touched(span.trace)
    if (!span.trace.sampled) {
      statistics.settled('unsampled')
      return
    }
    if (filter === undefined) {
      leave(span)
      return
    }
    for (const ready of filter.take(span)) leave(ready)
    if (filter.held() > config.maxQueueBytes) release()
    if (filter.waiting() > 0 && holdTimer === undefined) {
      holdTimer = withoutHold(realTime.start(release, MAX_HELD_MS))
      pipeline.onWork?.()
    }
  }

  /** A copy of `span`, and its trace; where there can be none, that is counted and said. */
  const readExternal = (span: ExternalSpan): { copy: EndedSpan; trace: TraceRecord } | undefined => {
    try {
      externalContext(span)
      const trace = traceOfEnded(pipeline, span)
      return { copy: copyExternalSpan(span, trace, config), trace }
    } catch (thrown) {
      statistics.ended()
      statistics.settled({ dropped: 'unreadable' })
      sayUnreadable(thrown)
      return undefined
    }
  }

  const pipeline: Pipeline = {
    config,
    traces,
    captureContent: config.captureContent,
    limits: config.limits,
    redact: config.redact,
    openContent: createOpenContent(config.maxQueueBytes, () => sayOpenContent(config.maxQueueBytes)),
    attachedResource: undefined,
    onWork: undefined,
    onIdle: undefined,
    agentName: undefined,
    experiment: ownExperiment(config),
    lastTraceId: undefined,
    began: undefined,
    ended: take,
    sendOpen(span) {
      const fitted = fitSpan(span, config.limits.maxSpanBytes)
      beside.add(fitted)
      anyBeside = true
      for (const exporter of exporters) exporter.queue.push(fitted, spanSize(fitted))
      pipeline.onWork?.()
    },
    sampled: (traceId, options) => isSampled(traceId, config.sampler, options),
    externalStarted(span, parent) {
      const context = spanContextOf(span)
      // One without IDs cannot be read; its end says so.
      if (!isSpanContextValid(context)) return
      const { spanId } = context
      const trace = traceOfStarted(pipeline, span, parent)
      traces.add(trace)
      trace.open.set(spanId, openExternal(spanId, span, trace))
    },
    externalEnded(span) {
      const read = readExternal(span)
      if (read === undefined) return undefined
      const { copy, trace } = read
      const { spanId, traceFlags } = copy
      const open = trace.open.get(spanId) ?? openExternal(spanId, span, trace)
      trace.open.delete(spanId)
      addExternalUsage(open, copy)
      trace.startMs = Math.min(trace.startMs, msOfHrTime(copy.startTime))
      trace.endMs = Math.max(trace.endMs, msOfHrTime(copy.endTime))
      if ((traceFlags & 1) === 0) {
        statistics.ended()
        traces.touched(trace)
        statistics.settled('unsampled')
        return trace
      }
      take(copy)
      return trace
    },
    async flush(timeoutMs) {
      const deadline = monotonicMs() + timeoutMs
      release()
      await Promise.all(
        exporters.flatMap(({ queue, leftovers }) => [queue.flush(deadline), leftovers?.flush(deadline)]),
      )
      await Promise.all(exporters.map((exporter) => exporter.traceInfoQueue?.flush(deadline)))
    },
    async shutdown(timeoutMs) {
      await pipeline.flush(timeoutMs)
      for (const exporter of exporters) {
        exporter.queue.close('shutdown')
        exporter.traceInfoQueue?.close()
        exporter.leftovers?.close()
        exporter.spool?.disk.release()
      }
      await Promise.all(exporters.map((exporter) => exporter.target.shutdown()))
    },
    undelivered() {
      release()
      return exporters.map((exporter, index) => ({
        index,
        spans: exporter.queue.contents(),
        ...(exporter.target.sendNow && { sendNow: exporter.target.sendNow }),
        traceInfo: [
          ...(exporter.traceInfoQueue?.contents() ?? []),
          ...exporter.queue.contents().flatMap((span) => pendingTraceInfo(exporter, span) ?? []),
        ],
      }))
    },
    settleUndelivered(outcomeOf) {
      const before = lostIn(statistics.report())
      let all = true
      for (const { queue, traceInfoQueue, index } of exporters) {
        queue.settleAll((span) => {
          const outcome = outcomeOf(index, span)
          all &&= outcome === 'sent'
          return outcome
        })
        if (all) traceInfoQueue?.clear()
      }
      const after = statistics.report()
      return { lost: lostIn(after) - before, spooled: after.spooled }
    },
    leave: (index, spans) => exporters[index]?.leftovers?.keep(spans) ?? { kept: 0 },
    hasLeftovers: () => exporters.some(({ leftovers }) => leftovers?.any() ?? false),
    mayComeUp: () => exporters.some(({ queue, diagnostics }) => queue.size() > 0 && !diagnostics.needsHelp()),
    releaseDisk() {
      for (const { spool, leftovers } of exporters) {
        spool?.disk.release()
        leftovers?.close()
      }
    },
    unsent() {
      const queued = exporters.reduce(
        (sum, exporter) => sum + exporter.queue.size() + (exporter.traceInfoQueue?.size() ?? 0),
        0,
      )
      return queued + (filter?.waiting() ?? 0)
    },
  }
  return pipeline
}

function agentNameOf({ attributes }: EndedSpan): string | undefined {
  const name = attributes[keys.AGENT_NAME]
  return typeof name === 'string' && name !== '' ? name : undefined
}

const lostIn = ({ dropped }: Report): number => Object.values(dropped).reduce((sum, n) => sum + n, 0)

/** The tracker of a span that is at its only target on disk only: there are too many of them to keep one for each. */
const onlyOnDisk = (): DeliveryTracker => ({ left: 1, inMemory: 0, worst: 'sent' })

function openExternal(spanId: string, span: ExternalSpan, trace: TraceRecord): OpenSpan {
  const parent = parentIdOf(span)
  return {
    spanId,
    external: true,
    parent: parent === undefined ? undefined : trace.open.get(parent),
    usageBelow: undefined,
    modelsBelow: undefined,
  }
}

/** What a model call of another library used counts for the agent above it. */
function addExternalUsage(open: OpenSpan, span: EndedSpan): void {
  const { attributes } = span
  const model =
    attributes[keys.RESPONSE_MODEL] ?? attributes[keys.REQUEST_MODEL] ?? attributes['llm.model_name']
  const provider = attributes[keys.PROVIDER_NAME] ?? attributes[keys.SYSTEM]
  sumUpUsage(open, SpanType.UNKNOWN, {
    usage: usageOfAttributes(attributes),
    model: model === undefined ? undefined : String(model),
    provider: provider === undefined ? undefined : String(provider),
  })
}
