import type { Context, Span as OtelSpan, TracerProvider } from '@opentelemetry/api'
import { keepFromDoubles } from '../export/targets/double-export.ts'
import { TurnspanIdGenerator } from '../ids/id-generator.ts'
import { randomHex } from '../ids/random-hex.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { trace } from '../runtime/otel-trace.ts'
import { readProperty } from '../runtime/read-property.ts'
import { processWide } from '../runtime/registry.ts'
import { VERSION } from '../runtime/version.ts'
import type { Attributes } from '../span/attributes.ts'
import { spanContextOf } from '../span/capture/clean-fields.ts'
import type { StartMirrorSpan } from '../tracer/begin-span.ts'
import { currentPipeline, sharedPipeline } from '../tracer/current.ts'
import { type ExternalSpan, parentIdOf, scopeIn } from '../tracer/external-span.ts'
import { traceOfStarted } from '../tracer/external-trace.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { isScopeSuppressed, noteSuppressed, wasSuppressed } from '../tracer/suppressed-scopes.ts'

// The application's provider and spans are touched structurally only: it may be of SDK 1.30, 2.x or 3.x.

/** The slice of a span processor; the same in every SDK. */
export interface ProcessorLike {
  onStart(span: ExternalSpan, context: Context): void
  onEnd(span: ExternalSpan): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

interface SdkProvider extends TracerProvider {
  /** SDK 1.x */
  addSpanProcessor?: (processor: ProcessorLike) => void
  /** SDK 1.x */
  resource?: { attributes?: Attributes }
  _resource?: { attributes?: Attributes }
  _activeSpanProcessor?: { _spanProcessors?: ProcessorLike[] }
  /** SDK 1.x */
  _registeredSpanProcessors?: ProcessorLike[]
  /** How long a flush may take, ms. Up to 2.6, and later. */
  _config?: { forceFlushTimeoutMillis?: number }
  _forceFlushTimeoutMillis?: number
}

/** What became of the application's provider. */
export interface Attached {
  /** Starts turnspan's spans there too; `undefined` where that cannot be done, and each side keeps to itself. */
  readonly mirror: StartMirrorSpan | undefined
  readonly resource: Attributes | undefined
}

interface State {
  readonly attached: WeakMap<object, Attached>
  /** Spans that we started in the application's provider, so that they are not taken for its own. */
  readonly mirrors: WeakSet<object>
  /** One of them is being started: its provider tells us of it before we have it. */
  isMirroring: boolean
  /** The application has made a processor that hands spans to us. */
  byHand: boolean
}

let known: State | undefined

function state(): State {
  known ??= processWide('attached-providers', () => ({
    attached: new WeakMap<object, Attached>(),
    mirrors: new WeakSet<object>(),
    isMirroring: false,
    byHand: false,
  }))
  return known
}

/**
 * Makes the spans of `provider` reach us, and ours reach it. Each side keeps to itself where that cannot be: a provider
 * that is no SDK's takes our spans for its own, and loses what it makes below them.
 */
export function attachProvider(provider: TracerProvider): Attached {
  const before = state().attached.get(provider)
  if (before !== undefined) {
    adoptResource(before)
    return before
  }
  const { resource, _resource } = provider as SdkProvider
  const attached: Attached = addProcessor(provider)
    ? { mirror: mirrorIn(provider), resource: (resource ?? _resource)?.attributes }
    : { mirror: undefined, resource: undefined }
  if (attached.mirror === undefined) sayUnknown()
  state().attached.set(provider, attached)
  adoptResource(attached)
  return attached
}

function sayUnknown(): void {
  diagnoseOnce(
    'warn',
    'TS_PROVIDER_UNKNOWN',
    'The application registered a tracer provider to which turnspan cannot attach, so the two stay separate: the spans of the ' +
      "provider do not reach turnspan, and turnspan's spans, which are complete, do not reach the provider. Sentry has a " +
      "setting with which both see all spans. A wrapped provider of OpenTelemetry's SDK can be attached by hand: add new " +
      'TurnspanProcessor() from turnspan/otel to its spanProcessors (see docs/neighbours.md). If the two are meant to stay ' +
      "separate, set init({ provider: 'private' }), and this message goes away.",
  )
}

function adoptResource({ resource }: Attached): void {
  const pipeline = sharedPipeline()
  if (pipeline !== undefined) pipeline.attachedResource = resource
}

const MARK: unique symbol = Symbol.for('turnspan.processor')

/** Marks a processor that hands spans to us, so that a provider that has one is not attached to a second time. */
export function markProcessor(processor: object): void {
  state().byHand = true
  Object.defineProperty(processor, MARK, { value: true })
}

function isJoinedByHand({
  _activeSpanProcessor: active,
  _registeredSpanProcessors: old,
}: SdkProvider): boolean {
  const processors = [...(active?._spanProcessors ?? []), ...(old ?? []), active]
  return processors.some(
    (processor) => typeof processor === 'object' && processor !== null && MARK in processor,
  )
}

function addProcessor(provider: SdkProvider): boolean {
  if (isJoinedByHand(provider)) return true
  const ours = createJoinedProcessor(sharedPipeline, flushMsOf(provider))
  const active = provider._activeSpanProcessor
  // Others have a method of that name, too, and hand over spans that cannot be read.
  if (typeof provider.addSpanProcessor === 'function' && Array.isArray(provider._registeredSpanProcessors)) {
    provider.addSpanProcessor(ours)
    return true
  }
  // One that hides its processors has ours, where the application has made one.
  if (active === undefined || !Array.isArray(active._spanProcessors)) return state().byHand
  // Replaced, not pushed to: the list is the application's own options array. It is read anew for each span.
  active._spanProcessors = [...active._spanProcessors, ours]
  return true
}

/**
 * Takes the spans of an application's provider to wherever spans go now.
 *
 * @param pipeline - where that is; one that the application adds by hand serves a private pipeline too
 * @param flushMs - how long a flush may take
 */
export function createJoinedProcessor(
  pipeline: () => Pipeline | undefined = currentPipeline,
  flushMs: number = MAX_FLUSH_MS,
): ProcessorLike {
  return {
    onStart(span, context) {
      if (state().isMirroring) return
      const [to, parent] = [pipeline(), activeIn(context)]
      // What is below a span that is left out is in the same trace.
      if (!isLeftOut(span)) to?.externalStarted(span, parent)
      else if (to !== undefined) traceOfStarted(to, span, parent)
    },
    onEnd(span) {
      if (!state().mirrors.has(span) && !wasSuppressed(spanContextOf(span).spanId))
        pipeline()?.externalEnded(span)
    },
    forceFlush: async () => pipeline()?.exporter.flush(flushMs),
    shutdown: async () => pipeline()?.exporter.flush(flushMs),
  }
}

/** The application's flush and shutdown must not wait longer for a server of ours, ms. */
const MAX_FLUSH_MS = 2000
/** Of the time that the provider gives its processors, so much is left for what comes after us. */
const FLUSH_SHARE = 0.5

/** How long a flush of `provider` may wait for us: it fails where one of its processors takes longer than it allows. */
function flushMsOf({ _config, _forceFlushTimeoutMillis }: SdkProvider): number {
  const allowed = _forceFlushTimeoutMillis ?? _config?.forceFlushTimeoutMillis
  return typeof allowed === 'number' && allowed > 0
    ? Math.min(MAX_FLUSH_MS, allowed * FLUSH_SHARE)
    : MAX_FLUSH_MS
}

/** The active span of a context, which another provider may have made of anything. */
function activeIn(context: Context): OtelSpan | undefined {
  try {
    return trace.getSpan(context)
  } catch {
    return undefined
  }
}

function isLeftOut(span: ExternalSpan): boolean {
  const [scopeName, name] = [readProperty(scopeIn(span), 'name'), readProperty(span, 'name')]
  if (typeof scopeName !== 'string' || typeof name !== 'string' || !isScopeSuppressed(scopeName, name))
    return false
  noteSuppressed(spanContextOf(span).spanId, parentIdOf(span))
  return true
}

interface SdkTracer {
  startSpan(name: string, options: object, context: Context): OtelSpan & Record<string, unknown>
  _idGenerator?: { generateTraceId(): string; generateSpanId(): string }
}

/** Starts spans in `provider` that stand for ours: same name, same IDs, seen by the application's processors. */
function mirrorIn(provider: TracerProvider): StartMirrorSpan {
  let tracer: SdkTracer | undefined
  let ids: TurnspanIdGenerator | undefined
  return (name, { kind, startTime, root }, context, traceId) => {
    try {
      tracer ??= provider.getTracer('turnspan', VERSION) as unknown as SdkTracer
      const inner = tracer._idGenerator
      if (ids === undefined && typeof inner?.generateTraceId === 'function') {
        // This tracer is ours alone, cached under our name; other tracers keep the application's generator.
        ids = new TurnspanIdGenerator({
          generateTraceId: () => inner.generateTraceId(),
          generateSpanId: () => inner.generateSpanId(),
        })
        tracer._idGenerator = ids
      }
      const options = {
        ...(kind !== undefined && { kind }),
        ...(startTime !== undefined && { startTime }),
        root,
      }
      state().isMirroring = true
      const start = (): OtelSpan => (tracer as SdkTracer).startSpan(name, options, context)
      let span = traceId === undefined || ids === undefined ? undefined : ids.withIds({ traceId }, start)
      if (traceId !== undefined && span?.spanContext().traceId !== traceId) {
        span = startBelowNobody(tracer, name, options, context, traceId)
      }
      span ??= start()
      state().mirrors.add(span)
      const config = sharedPipeline()?.config
      if (config !== undefined) keepFromDoubles(span, config)
      return span
    } catch {
      return undefined
    } finally {
      state().isMirroring = false
    }
  }
}

/**
 * The second way to a root with a given trace ID, for tracers whose ID generator cannot be reached: a child of a
 * remote parent that does not exist, whose parent is then taken away.
 */
function startBelowNobody(
  tracer: SdkTracer,
  name: string,
  options: object,
  context: Context,
  traceId: string,
): OtelSpan | undefined {
  const nobody = trace.setSpanContext(context, {
    traceId,
    spanId: randomHex(8),
    traceFlags: 1,
    isRemote: true,
  })
  const span = tracer.startSpan(name, { ...options, root: false }, nobody)
  if (span.spanContext().traceId === traceId) {
    if ('parentSpanContext' in span) span.parentSpanContext = undefined
    if ('parentSpanId' in span) span.parentSpanId = undefined
    return span
  }
  span.end()
  diagnoseOnce(
    'warn',
    'TS_TRACE_ID_NOT_SHARED',
    "The application's tracer provider does not accept the trace ID that a response ID gives; in the backend of that provider the turn has a different trace ID.",
  )
  return undefined
}
