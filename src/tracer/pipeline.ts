import type { Context, Span as OtelSpan } from '@opentelemetry/api'
import type { Config } from '../config/config.ts'
import { createExporter, type Exporter } from '../export/exporter.ts'
import type { ExporterEvents } from '../export/exporter-events.ts'
import { createFilteredExporter } from '../export/filtered-exporter.ts'
import { createKeepFilter } from '../export/keep.ts'
import { sayOpenContent } from '../export/statistics/export-diagnostics.ts'
import type { ExportStatistics } from '../export/statistics/export-statistics.ts'
import type { SpanOutcome } from '../export/statistics/span-outcome.ts'
import type { SpanTarget } from '../export/targets/target.ts'
import { createTranslatingExporter } from '../export/translating-exporter.ts'
import { withEmptyStack } from '../runtime/stack-room.ts'
import type { Attributes } from '../span/attributes.ts'
import { type EndedSpan, isLocalRoot } from '../span/ended-span.ts'
import type { LiveSpan, SpanHost } from '../span/live-span.ts'
import { createOpenContent } from '../span/open-content.ts'
import * as keys from '../span/semconv/keys.ts'
import type { TraceRecord } from '../span/trace-record.ts'
import { type ExternalSpan, sayUnreadable } from './external-span.ts'
import { externalStarted, isSampledThere, readEnded } from './external-spans.ts'
import type { ExternalSpanHost } from './external-trace.ts'
import { isSampled } from './sampling.ts'
import type { OpenOptions } from './span-options.ts'
import { ownExperiment } from './trace-experiment.ts'
import { TraceTable } from './trace-table.ts'

/**
 * How the spans of turnspan's own functions begin. It comes with the pipeline: a program, or a part of one, that traces and
 * does not configure does not bring along what spans are made of.
 */
export interface Tracer {
  /**
   * Starts a span of turnspan. Never throws, whatever it is given.
   *
   * @param fn - what the span is named after where the options give no name
   */
  openSpan(pipeline: Pipeline, context: Context, options: OpenOptions, fn: unknown): LiveSpan
  /** The span that began last: whoever was stopped by the end of the stack looks here whether it had begun. */
  latest(): LiveSpan | undefined
}

/** What traces for one configuration: where spans begin, and where they go when they end. */
export interface Pipeline extends SpanHost, ExternalSpanHost {
  /** The way of ended spans to their targets. */
  readonly exporter: Exporter
  /** How its spans begin. */
  readonly tracer: Tracer
  /** Where its traces go, for the services that they go on to; see `ownExperiment`. */
  readonly experiment: string | undefined
  /** Resource attributes of the provider to which it is attached, if any. */
  attachedResource: Attributes | undefined
  /** A span of another library began in a provider to which we are attached, below what was active then. */
  externalStarted(span: ExternalSpan, parent: OtelSpan | undefined): void
  /** A span of another library ended. */
  externalEnded(span: ExternalSpan): void
  /** Calls `listener` with each span that has ended, kept or not, and its trace. */
  onSpanEnd(listener: (trace: TraceRecord, span: EndedSpan) => void): void
  /** Calls `listener` whenever there is something to deliver. */
  onWork(listener: () => void): void
  /** Calls `listener` when it is known what became of a span at a target. */
  onSettled(listener: (span: EndedSpan, outcome: SpanOutcome) => void): void
  /** Calls `listener` when nothing may be left to deliver. */
  onIdle(listener: () => void): void
  /** Name of the first agent that ran, by whatever library: MLflow's experiment is named after it where nothing else is. */
  agentName: string | undefined
  /** ID of the last trace whose local root ended. */
  lastTraceId: string | undefined
}

export function createPipeline(
  config: Config,
  targets: readonly SpanTarget[],
  statistics: ExportStatistics,
  tracer: Tracer,
): Pipeline {
  const ends = createListeners<[trace: TraceRecord, span: EndedSpan]>()
  const settled = createListeners<[span: EndedSpan, outcome: SpanOutcome]>()
  const work = createListeners<[]>()
  const idle = createListeners<[]>()
  const exporter = exporterFor(config, targets, statistics, {
    work: work.call,
    idle: idle.call,
    settled: settled.call,
  })

  const take = (span: EndedSpan): void => {
    statistics.ended()
    try {
      accept(pipeline, statistics, span)
    } catch {
      // The end of the stack, somewhere on the way.
      withEmptyStack(() => takeAgain(pipeline, statistics, span))
    }
    ends.call(span.trace, span)
  }

  const pipeline: Pipeline = {
    config,
    exporter,
    tracer,
    traces: new TraceTable(),
    captureContent: config.captureContent,
    limits: config.limits,
    redact: config.redact,
    openContent: createOpenContent(config.maxQueueBytes, () => sayOpenContent(config.maxQueueBytes)),
    attachedResource: undefined,
    agentName: undefined,
    experiment: ownExperiment(config),
    lastTraceId: undefined,
    began: undefined,
    ended: take,
    onSpanEnd: ends.add,
    onWork: work.add,
    onSettled: settled.add,
    onIdle: idle.add,
    sampled: (traceId, options) => isSampled(traceId, config.sampler, options),
    externalStarted: (span, parent) => externalStarted(pipeline, span, parent),
    externalEnded(span) {
      let copy: EndedSpan
      try {
        copy = readEnded(pipeline, span)
      } catch (thrown) {
        statistics.ended()
        statistics.settled({ dropped: 'unreadable' })
        sayUnreadable(thrown)
        return
      }
      if (isSampledThere(copy)) {
        take(copy)
        return
      }
      statistics.ended()
      pipeline.traces.touched(copy.trace)
      statistics.settled('unsampled')
      ends.call(copy.trace, copy)
    },
  }
  return pipeline
}

function accept(pipeline: Pipeline, statistics: ExportStatistics, span: EndedSpan): void {
  if (isLocalRoot(span)) pipeline.lastTraceId = span.traceId
  pipeline.agentName ??= agentNameOf(span)
  pipeline.traces.touched(span.trace)
  if (span.trace.sampled) pipeline.exporter.export(span)
  else statistics.settled('unsampled')
}

/** {@link accept}, for a span that may have been accepted in part. */
function takeAgain(pipeline: Pipeline, statistics: ExportStatistics, span: EndedSpan): void {
  const { exporter } = pipeline
  try {
    if (!exporter.holds(span)) accept(pipeline, statistics, span)
  } catch (thrown) {
    exporter.giveUp(span, thrown)
  }
  exporter.wake()
}

function exporterFor(
  config: Config,
  targets: readonly SpanTarget[],
  statistics: ExportStatistics,
  events: ExporterEvents,
): Exporter {
  const exporter = createTranslatingExporter(createExporter(config, targets, statistics, events), config)
  if (config.keep !== 'agent') return exporter
  // Before the translation, which may have to be waited for: what is kept depends on what ended before.
  const filter = createKeepFilter(() => statistics.settled('filtered'))
  return createFilteredExporter(exporter, filter, config.maxQueueBytes, events)
}

interface Listeners<Event extends unknown[]> {
  add(listener: (...event: Event) => void): void
  call(...event: Event): void
}

function createListeners<Event extends unknown[]>(): Listeners<Event> {
  const listeners: ((...event: Event) => void)[] = []
  return {
    add: (listener) => void listeners.push(listener),
    call(...event) {
      for (const listener of listeners) listener(...event)
    },
  }
}

function agentNameOf({ attributes }: EndedSpan): string | undefined {
  const name = attributes[keys.AGENT_NAME]
  return typeof name === 'string' && name !== '' ? name : undefined
}
