import type { Context, SpanKind } from '@opentelemetry/api'
import { attachCurrentProvider } from '../bridge/provider-bridge.ts'
import { adoptScope } from '../context/current-trace.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { readEach, readProperty } from '../runtime/read-property.ts'
import { OWN_SCOPE } from '../span/instrumentation-scope.ts'
import { LiveSpan } from '../span/live-span.ts'
import { RESPONSE_ID } from '../span/semconv/keys.ts'
import { isModelType, SpanType } from '../span/semconv/span-type.ts'
import { beginAnywhere, beginBelow } from '../tracer/begin-span.ts'
import { ownActiveSpan } from '../tracer/context-keys.ts'
import type { Pipeline, Tracer } from '../tracer/pipeline.ts'
import type { OpenOptions } from '../tracer/span-options.ts'
import { contextOf, isSpan, textOr } from './open-span.ts'
import { ownTraceFor, tieTo } from './own-trace.ts'

/** OpenTelemetry's kind of a call that goes elsewhere. */
const CLIENT: SpanKind.CLIENT = 2

/** How spans begin in every pipeline. */
export const ownTracer: Tracer = { openSpan, latest: () => LiveSpan.latest }

function openSpan(pipeline: Pipeline, context: Context, options: OpenOptions, fn: unknown): LiveSpan {
  const before = LiveSpan.latest
  try {
    return open(pipeline, context, options, fn)
  } catch {
    const { latest } = LiveSpan
    if (latest !== undefined && latest !== before) return latest
    // An option throws when it is read; it is as if it was not given.
    return open(pipeline, context, readEach(options, OPTIONS), fn)
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

function ratioOf(value: unknown): number | undefined {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  diagnoseOnce(
    'warn',
    'TS_SAMPLE_RATIO',
    'sampleRatio must be a number from 0 to 1; the configured ratio is used instead.',
  )
  return undefined
}
