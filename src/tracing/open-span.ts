import type { Context, Link, Span as OtelSpan, SpanKind } from '@opentelemetry/api'
import { attachCurrentProvider } from '../bridge/provider-bridge.ts'
import { activeContext, runIn } from '../context/active-context.ts'
import { adoptScope } from '../context/current-trace.ts'
import { scopeIn } from '../context/scope.ts'
import type { TimeInput } from '../runtime/clock.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { trace } from '../runtime/otel-trace.ts'
import { isSuppressed } from '../runtime/suppress.ts'
import { readProperty } from '../span/capture/attribute-values.ts'
import { OWN_SCOPE } from '../span/instrumentation-scope.ts'
import { isLiveSpan, LiveSpan } from '../span/live-span.ts'
import { RESPONSE_ID } from '../span/semconv/keys.ts'
import { isModelType, SpanType } from '../span/semconv/span-type.ts'
import { beginAnywhere, beginBelow } from '../tracer/begin-span.ts'
import { ownActiveSpan, tracesIn, withLiveSpan } from '../tracer/context-keys.ts'
import { currentPipeline } from '../tracer/current.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { ownTraceFor, tieTo } from './own-trace.ts'

/** OpenTelemetry's kind of a call that goes elsewhere. */
const CLIENT: SpanKind.CLIENT = 2

/** What every way of starting a span takes. */
export interface SpanOptions {
  /** @defaultValue the function's name, else `anonymous` */
  name?: string | undefined
  /** Kind of work. @defaultValue UNKNOWN */
  spanType?: SpanType | undefined
  /** What the work is given; see `Span.setInputs`. */
  inputs?: unknown
  /** Further attributes. */
  attributes?: Record<string, unknown> | undefined
  /** Share of new traces that is kept, 0 to 1; beats the configured one. Only a trace's first span is asked. */
  sampleRatio?: number | undefined
  /** Spans of other traces that led to this one. */
  links?: Link[] | undefined
  /**
   * `resp_<hex>`: the span is the root of the trace with the ID that belongs to it, so that it is found by its response ID;
   * linked both ways to the span that is active, if there is one. Below an open turn of an agent it stays in that one's
   * trace, and the ID is recorded.
   */
  responseId?: string | undefined
  /** `true` keeps a span with a response ID below the active one, whatever that is. @defaultValue false */
  nest?: boolean | undefined
}

export interface OpenOptions extends SpanOptions {
  /** OpenTelemetry's span kind; if not given, client for calls of models, internal for all else. */
  kind?: SpanKind | undefined
  /** `null` starts a trace of its own. */
  parent?: OtelSpan | null | undefined
  startTime?: TimeInput | undefined
  /** Says more of the span, before what was around it does. */
  describe?: ((span: LiveSpan) => void) | undefined
}

/** The pipeline for work that starts in `context`; none where nothing is traced. */
export function tracingIn(context: Context): Pipeline | undefined {
  const pipeline = currentPipeline()
  return pipeline !== undefined && tracesIn(context, isTraced) ? pipeline : undefined
}

const isTraced = (context: Context): boolean => scopeIn(context)?.enabled !== false && !isSuppressed(context)

/**
 * Starts a span of turnspan. Never throws, whatever it is given.
 *
 * @param fn - what the span is named after where the options give no name
 */
export function openSpan(pipeline: Pipeline, context: Context, options: OpenOptions, fn?: unknown): LiveSpan {
  const before = LiveSpan.latest
  try {
    return open(pipeline, context, options, fn)
  } catch {
    const { latest } = LiveSpan
    if (latest !== undefined && latest !== before) return latest
    // An option throws when it is read; it is as if it was not given.
    const read = OPTIONS.map((key) => [key, readProperty(options, key)])
    return open(pipeline, context, Object.fromEntries(read), fn)
  }
}

function open(pipeline: Pipeline, context: Context, options: OpenOptions, fn: unknown): LiveSpan {
  // All that can throw is read before anything begins, each once.
  const {
    name,
    parent,
    spanType,
    kind,
    attributes,
    inputs,
    links,
    startTime,
    responseId,
    nest,
    sampleRatio,
    describe,
  } = options
  const below = isSpan(parent) ? contextOf(context, parent) : context
  // Whoever names the parent has said where the span stands.
  const own =
    responseId === undefined ? undefined : ownTraceFor(responseId, below, Boolean(nest) || isSpan(parent))
  const called = textOr(name, '') || nameOf(fn)
  const type = textOr(spanType, SpanType.UNKNOWN)
  const root = parent === null || own?.left !== undefined
  const kindOf = kind ?? (isModelType(spanType) ? CLIENT : undefined)
  const ratio = sampleRatio === undefined ? undefined : ratioOf(sampleRatio)
  const mirror = pipeline.config.provider === 'shared' ? attachCurrentProvider() : undefined
  const above = root || mirror !== undefined ? undefined : ownActiveSpan(below)
  const span =
    above === undefined
      ? beginAnywhere(pipeline, below, {
          name: called,
          spanType: type,
          root,
          kind: kindOf,
          startTime,
          traceId: own?.traceId,
          sampleRatio: ratio,
          scope: OWN_SCOPE,
          mirror,
        })
      : beginBelow(above, called, type, kindOf, startTime, OWN_SCOPE)
  try {
    if (links !== undefined) span.addLinks(links)
    if (span.parent === undefined) adoptScope(span.trace, context, span.host)
    if (typeof responseId === 'string') span.setAttribute(RESPONSE_ID, responseId)
    if (attributes !== undefined) span.setAttributes(attributes)
    if (inputs !== undefined) span.setInputs(inputs)
    describe?.(span)
    if (type === SpanType.AGENT) pipeline.agentName ??= called
    if (own?.left !== undefined) tieTo(own.left, span)
  } catch {
    // The end of the stack: the span has begun, and says less.
  }
  return span
}

const nameOf = (fn: unknown): string => textOr(fn && readProperty(fn, 'name'), 'anonymous')

const OPTIONS = [
  'name',
  'parent',
  'spanType',
  'kind',
  'attributes',
  'inputs',
  'links',
  'startTime',
  'responseId',
  'nest',
  'sampleRatio',
  'describe',
] as const satisfies readonly (keyof OpenOptions)[]

/** `context` in which `span` is the active one. */
export function contextOf(context: Context, span: OtelSpan): Context {
  return isLiveSpan(span) ? withLiveSpan(context, span) : trace.setSpan(context, span)
}

/** Runs `fn` with `span` active. */
export function runWithin<T>(context: Context, span: OtelSpan, fn: () => T): T {
  return runIn(contextOf(context, span), fn)
}

/** Whether `value` can stand as the active span: it says which one it is. */
export function isSpan(value: unknown): value is OtelSpan {
  // Most spans have no parent given; finding that out by a throw would be the larger part of their cost.
  if (value === undefined || value === null) return false
  try {
    return typeof (value as OtelSpan).spanContext().traceId === 'string'
  } catch {
    return false
  }
}

/** `value` where it is text with something in it. */
export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}

function ratioOf(value: unknown): number | undefined {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  diagnoseOnce('warn', 'TS_SAMPLE_RATIO', 'sampleRatio is a number from 0 to 1; the configured one is used.')
  return undefined
}

export { activeContext }
