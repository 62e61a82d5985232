import { attachProviders } from '../bridge/provider-bridge.ts'
import type { Config } from '../config/config.ts'
import { checkKeys } from '../config/known-keys.ts'
import type { InitOptions } from '../config/options.ts'
import { resolveConfig } from '../config/resolve.ts'
import { ACCEPTED } from '../export/statistics/export-result.ts'
import { createExportStatistics, type ExportStatistics } from '../export/statistics/export-statistics.ts'
import type { SpanTarget } from '../export/targets/target.ts'
import { type Diagnostic, onDiagnostic, resetDiagnosed } from '../runtime/diagnostics.ts'
import { ConfigError } from '../runtime/errors.ts'
import { missingHere, saysMissing } from '../runtime/missing.ts'
import { noteCaller } from '../setup/caller.ts'
import { holdInstrumentations, toldInstrumentations } from '../setup/wanted-instrumentations.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import { configuredPipeline, pushOverride } from '../tracer/current.ts'
import { createPipeline, type Pipeline } from '../tracer/pipeline.ts'
import { ownTracer } from '../tracing/own-tracer.ts'
import { TraceAssertionError } from './assertion-error.ts'
import { type CapturedSpan, capturedSpan } from './captured-span.ts'
import { type CapturedTrace, type Kept, tracesOf } from './captured-trace.ts'
import { CAPTURE_KEYS, SETTLED_KEYS } from './known-keys.ts'
import type { CaptureTracesOptions, SnapshotOptions } from './options.ts'
import { openSpans, whenSettled } from './settled.ts'
import { describeMatcher, matchesSpan, type SpanMatcher } from './span-matcher.ts'
import { describeTrace, treeSnapshot } from './tree-snapshot.ts'

/** What was traced since {@link captureTraces}, or since the last `clear`. */
export interface CapturedTraces {
  /** Finished spans, in the order in which they began. */
  readonly spans: readonly CapturedSpan[]
  /** Traces whose root has ended, in the order in which they began. */
  readonly all: readonly CapturedTrace[]
  /** The trace that began last among those whose root has ended. */
  readonly last: CapturedTrace | undefined
  /** Diagnostics that turnspan reported in the meantime. */
  readonly diagnostics: readonly Diagnostic[]
  /** The first span that `matcher` matches. */
  find(matcher: SpanMatcher): CapturedSpan | undefined
  /** All spans that `matcher` matches. */
  findAll(matcher: SpanMatcher): CapturedSpan[]
  /**
   * The first span that `matcher` matches.
   *
   * @throws TraceAssertionError that shows what was traced, when there is none
   */
  get(matcher: SpanMatcher): CapturedSpan
  /** All traces as text that is the same in every run; see {@link treeSnapshot}. */
  snapshot(options?: SnapshotOptions): string
  /**
   * Waits until no span is open.
   *
   * @param options - `timeoutMs`: how long to wait, 5000 ms by default
   * @throws TraceAssertionError that names the open spans, when the time is up
   */
  settled(options?: { readonly timeoutMs?: number | undefined }): Promise<void>
  /** Forgets what was captured so far. */
  clear(): void
  /** Ends the capture and restores what was there before. What was captured can still be read. */
  stop(): void
  [Symbol.dispose](): void
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Keeps all traces in memory, and sends none: for unit tests of agents, with any runner. It overrides whatever `init`
 * configured, before or during the capture, until `stop`. One capture covers the whole process, so tests that run at
 * the same time in one process share it.
 *
 * @throws ConfigError for an invalid option
 * @example
 * using traces = captureTraces()
 * await agent.answer('What is the weather in SF?')
 * expectTrace(traces.last).toHaveCalled('get_weather', { withArguments: { city: 'SF' } }).toHaveNoErrors()
 */
export function captureTraces(options: CaptureTracesOptions = {}): CapturedTraces {
  const lacking = missingHere()
  if (lacking !== undefined)
    throw new ConfigError('captureTraces', `captureTraces() cannot run: ${saysMissing(lacking)}.`)
  const config = configFor(options)
  const statistics = createExportStatistics()
  const waiters = new Set<() => void>()
  const heard = { ...statistics, ended: () => heardEnd(statistics, waiters) }
  const store = createStore(config, heard)
  const diagnostics: Diagnostic[] = []
  const unsubscribe = onDiagnostic((diagnostic) => diagnostics.push(diagnostic))
  // Whatever is said once per process is said once per capture, so that tests do not depend on their order.
  resetDiagnosed()
  checkKeys(CAPTURE_KEYS, options)
  const takeAway = pushOverride(store.pipeline, heard)
  if (config.provider === 'shared') attachProviders()
  noteCaller()
  const letGo = holdInstrumentations(config.instrumentations, options.instrumentations !== undefined)
  const find = (matcher: SpanMatcher): CapturedSpan | undefined =>
    store.spans().find((span) => matchesSpan(span, matcher))
  const stop = (): void => {
    letGo()
    takeAway()
    unsubscribe()
  }
  return {
    get spans() {
      return store.spans()
    },
    get all() {
      return store.traces()
    },
    get last() {
      return store.traces().at(-1)
    },
    diagnostics,
    find,
    findAll: (matcher) => store.spans().filter((span) => matchesSpan(span, matcher)),
    get(matcher) {
      const span = find(matcher)
      if (span === undefined) throw new TraceAssertionError(`${missing(matcher)}\n\n${seen(store)}`, this.get)
      return span
    },
    snapshot: (shown) =>
      store
        .traces()
        .map((trace) => treeSnapshot(trace, shown))
        .join('\n\n'),
    settled(waiting = {}) {
      checkKeys(SETTLED_KEYS, waiting)
      return whenSettled(store.pipeline, waiters, waiting.timeoutMs ?? 5000)
    },
    clear() {
      store.clear()
      diagnostics.length = 0
    },
    stop,
    [Symbol.dispose]: stop,
    async [Symbol.asyncDispose]() {
      stop()
    },
  }
}

function heardEnd(statistics: ExportStatistics, waiters: ReadonlySet<() => void>): void {
  statistics.ended()
  // The span is taken off the open ones after it was counted.
  if (waiters.size === 0) return
  queueMicrotask(() => {
    for (const waiter of waiters) waiter()
  })
}

interface Store {
  readonly pipeline: Pipeline
  spans(): CapturedSpan[]
  traces(): CapturedTrace[]
  clear(): void
}

/** A pipeline whose spans stay here. */
function createStore(config: Config, statistics: ExportStatistics): Store {
  const kept = new Map<EndedSpan, Kept>()
  const keep = (spans: readonly EndedSpan[]): void => {
    for (const ended of spans) kept.set(ended, { ended, span: capturedSpan(ended) })
  }
  const memory: SpanTarget = {
    name: 'captureTraces',
    async send(spans) {
      keep(spans)
      return ACCEPTED
    },
    async shutdown() {},
  }
  const pipeline = createPipeline(config, [memory], statistics, ownTracer)
  // Taken out of the queue as they are put in, so that a test can look without waiting.
  const drain = (): void => {
    for (const { spans } of pipeline.exporter.undelivered()) keep(spans)
    pipeline.exporter.settleUndelivered(() => 'sent')
  }
  // A filter holds spans back until it knows what stands above them: there they stay until somebody looks.
  if (config.keep === 'all') pipeline.onWork(drain)
  const inOrder = (): Kept[] => {
    drain()
    return [...kept.values()].sort((a, b) => a.span.startTime - b.span.startTime)
  }
  return {
    pipeline,
    spans: () => inOrder().map(({ span }) => span),
    traces: () => tracesOf(inOrder()),
    clear() {
      drain()
      kept.clear()
    },
  }
}

/** A target that is never used: a configuration without any is not used. */
const NOWHERE = { export: (): void => {}, shutdown: async (): Promise<void> => {} }

function configFor(options: CaptureTracesOptions): Config {
  const before = configuredPipeline()?.config
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const wanted: InitOptions = {
    ...(before && {
      limits: before.limits,
      provider: before.provider,
      keep: before.keep,
      trustIncoming: before.trustIncoming,
    }),
    ...(before?.redact && { redact: before.redact }),
    instrumentations: (before?.instrumentations ?? toldInstrumentations()) as InitOptions['instrumentations'],
    captureContent: true,
    ...given,
    exporters: [NOWHERE],
  }
  const { config, off, problems } = resolveConfig(wanted, {})
  const [problem] = problems
  if (problem !== undefined) throw new ConfigError(problem.name, problem.message)
  if (config === undefined) throw new ConfigError('captureTraces', `Nothing can be captured: ${off?.reason}.`)
  return { ...config, exporters: [] }
}

const missing = (matcher: SpanMatcher): string => `Expected ${describeMatcher(matcher)}, but there is none.`

function seen(store: Store): string {
  const traces = store.traces()
  const open = openSpans(store.pipeline)
  const parts = [
    ...(traces.length === 0 ? ['No trace has ended.'] : ['The traces are', ...traces.map(describeTrace)]),
    ...(open.length === 0 ? [] : [`Still open: ${open.join(', ')}`]),
  ]
  return `${parts.join('\n\n')}\n`
}
