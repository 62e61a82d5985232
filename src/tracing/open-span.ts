import { type Context, type Link, type Span as OtelSpan, trace } from '@opentelemetry/api'
import { activeContext, runIn } from '../context/active-context.ts'
import { adoptScope } from '../context/current-trace.ts'
import { scopeIn } from '../context/scope.ts'
import { type BeginOptions, beginSpan } from '../delivery/begin-span.ts'
import { withLiveSpan } from '../delivery/context-keys.ts'
import { currentPipeline } from '../delivery/current.ts'
import { followProvider } from '../delivery/join.ts'
import type { Pipeline } from '../delivery/pipeline.ts'
import type { TimeInput } from '../runtime/clock.ts'
import { isSuppressed } from '../runtime/suppress.ts'
import { VERSION } from '../runtime/version.ts'
import { isLiveSpan, type LiveSpan } from '../span/live-span.ts'
import { SpanType } from '../span/span-type.ts'

const SCOPE = Object.freeze({ name: 'turnspan', version: VERSION })

/** What every way of starting a span takes. */
export interface SpanOptions {
  /** @defaultValue the function's name, else `anonymous` */
  name?: string
  /** Kind of work. @defaultValue UNKNOWN */
  spanType?: SpanType
  /** What the work is given; see `Span.setInputs`. */
  inputs?: unknown
  /** Further attributes. */
  attributes?: Record<string, unknown>
  /** Share of new traces that is kept, 0 to 1; beats the configured one. Only a trace's first span is asked. */
  sampleRatio?: number
  /** Spans of other traces that led to this one. */
  links?: Link[]
}

export interface OpenOptions extends SpanOptions {
  /** `null` starts a trace of its own. */
  parent?: OtelSpan | null | undefined
  startTime?: TimeInput | undefined
  traceId?: string | undefined
}

/** The pipeline for work that starts in `context`; none where nothing is traced. */
export function tracingIn(context: Context): Pipeline | undefined {
  const pipeline = currentPipeline()
  if (pipeline === undefined || scopeIn(context)?.enabled === false || isSuppressed(context)) return undefined
  return pipeline
}

/** Starts a span of turnspan. Never throws. */
export function openSpan(pipeline: Pipeline, context: Context, options: OpenOptions): LiveSpan {
  const { parent } = options
  const below = parent ? withParent(context, parent) : context
  const begin: BeginOptions = {
    name: nameOf(options.name),
    spanType:
      typeof options.spanType === 'string' && options.spanType !== '' ? options.spanType : SpanType.UNKNOWN,
    root: parent === null,
    startTime: options.startTime,
    traceId: options.traceId,
    sampleRatio: options.sampleRatio,
    links: options.links,
    scope: SCOPE,
    ...(pipeline.config.provider === 'shared' && { shadow: followProvider() }),
  }
  const span = beginSpan(pipeline, below, begin)
  if (span.parent === undefined) adoptScope(span.trace, context, span.host)
  if (options.attributes !== undefined) span.setAttributes(options.attributes)
  if (options.inputs !== undefined) span.setInputs(options.inputs)
  return span
}

/** `context` in which `span` is the active one. */
export function contextOf(context: Context, span: OtelSpan): Context {
  const active = trace.setSpan(context, span)
  return isLiveSpan(span) ? withLiveSpan(active, span) : active
}

/** Runs `fn` with `span` active. */
export function runWithin<T>(context: Context, span: OtelSpan, fn: () => T): T {
  return runIn(contextOf(context, span), fn)
}

function withParent(context: Context, parent: OtelSpan): Context {
  return typeof parent?.spanContext === 'function' ? contextOf(context, parent) : context
}

const nameOf = (name: unknown): string => (typeof name === 'string' && name !== '' ? name : 'anonymous')

export { activeContext }
