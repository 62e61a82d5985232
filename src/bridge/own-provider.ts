import type { Context, Span as OtelSpan, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api'
import { expectSpansOf } from '../export/translator.ts'
import type { TimeInput } from '../runtime/clock.ts'
import { leftOutSpans } from '../runtime/model-call-spans.ts'
import { context as contextApi } from '../runtime/otel-context.ts'
import { INVALID_SPAN_CONTEXT, trace } from '../runtime/otel-trace.ts'
import { readProperty } from '../runtime/read-property.ts'
import { isSuppressed } from '../runtime/suppress.ts'
import { scopeOf } from '../span/capture/clean-fields.ts'
import { beginSpan } from '../tracer/begin-span.ts'
import { sharedPipeline } from '../tracer/current.ts'
import { externalCalls } from '../tracer/external-calls.ts'
import { isScopeSuppressed } from '../tracer/suppressed-scopes.ts'

/**
 * The provider behind OpenTelemetry's API while the application has registered none: what instrumentations and raw
 * OpenTelemetry code trace reaches us too. Each start looks up where spans go now, for the API keeps a tracer that it
 * once resolved: after the application registers a provider of its own, ours hands over to it.
 *
 * @param successor - the application's provider, once there is one; `null` while nobody may have these spans
 */
export function createOwnProvider(successor: () => TracerProvider | null | undefined): TracerProvider {
  return {
    getTracer(name, version, options) {
      return ownTracer(scopeOf(name, version), () => {
        const next = successor()
        return next === null ? null : next?.getTracer(name, version, options)
      })
    },
  }
}

function ownTracer(
  scope: { name: string; version?: string },
  successor: () => Tracer | null | undefined,
): Tracer {
  const startSpan = (
    name: string,
    given: SpanOptions = {},
    context: Context = contextApi.active(),
  ): OtelSpan => {
    const other = successor()
    if (other) return other.startSpan(name, given, context)
    const options = readOptions(given)
    const pipeline = other === null ? undefined : sharedPipeline()
    const isLeftOut = isScopeSuppressed(scope.name, name)
    if (pipeline === undefined || isSuppressed(context) || isLeftOut) {
      const none = unrecorded(options.root ? undefined : context)
      if (isLeftOut) leftOutSpans().add(none)
      return none
    }
    expectSpansOf(scope.name)
    const span = beginSpan(pipeline, context, {
      name,
      scope,
      root: options.root ?? false,
      kind: options.kind,
      startTime: options.startTime as TimeInput | undefined,
      links: options.links,
    })
    if (options.attributes) span.setAttributes(options.attributes)
    externalCalls()?.note(span, scope.name, name, options.attributes, () => span.trace.open.has(span.spanId))
    return span
  }
  return {
    startSpan,
    startActiveSpan(name: string, ...rest: unknown[]) {
      const fn = rest.pop() as (span: OtelSpan) => unknown
      const [options, given] = rest as [SpanOptions | undefined, Context | undefined]
      const context = given ?? contextApi.active()
      const span = startSpan(name, options, context)
      return contextApi.with(trace.setSpan(context, span), () => fn(span)) as never
    },
  }
}

/** What can be read of options, which may be anything: one that throws is as if it was not given. */
function readOptions(given: unknown): SpanOptions {
  const read = <K extends keyof SpanOptions>(key: K): SpanOptions[K] =>
    readProperty(given, key) as SpanOptions[K]
  return {
    root: Boolean(read('root')),
    kind: read('kind'),
    startTime: read('startTime'),
    links: read('links'),
    attributes: read('attributes'),
  } as SpanOptions
}

/** A span that records nothing and hands on the trace it stands in. */
function unrecorded(context: Context | undefined): OtelSpan {
  return trace.wrapSpanContext((context && trace.getSpanContext(context)) ?? INVALID_SPAN_CONTEXT)
}
