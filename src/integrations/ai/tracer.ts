import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api'
import { createContextKey } from '../../runtime/otel-context.ts'
import { INVALID_SPAN_CONTEXT, trace } from '../../runtime/otel-trace.ts'
import { activeContext, currentPipeline, modelCallIn, runIn } from '../base/index.ts'
import { attempted, observed } from './observe.ts'
import type { AiSdkOptions } from './options.ts'
import { beginTranslation } from './translations.ts'

/** Under it stands the span that the AI SDK would have made, for those below it that others get. */
const ORIGINAL: symbol = createContextKey('turnspan.ai-sdk.original')

let starting = 0

const tracers = new WeakSet<object>()

/** Whether `tracer` is one that {@link translatingTracer} made. */
export const isTranslatingTracer = (tracer: unknown): boolean => tracers.has(Object(tracer) as object)

/** Whether the span that begins right now is one that is translated. */
export const isTranslating = (): boolean => starting > 0

/**
 * The tracer that versions 5 and 6 of the AI SDK are given. Their spans become turnspan's own; the ones that they would
 * have made are made as before, with `original`, for whoever else listens.
 */
export function translatingTracer(original: Tracer, options: () => AiSdkOptions): Tracer {
  const startActiveSpan = (name: string, ...rest: unknown[]): unknown => {
    const fn = rest.pop() as (span: Span) => unknown
    const [given, context] = rest as [SpanOptions | undefined, Context | undefined]
    const active = context ?? activeContext()
    const translation =
      currentPipeline() === undefined
        ? undefined
        : attempted(() => beginTranslation(name, given?.attributes ?? {}, active, options()))
    if (translation === undefined) {
      const asBefore = (): unknown => Reflect.apply(original.startActiveSpan, original, [name, ...rest, fn])
      // Part of a call that has its span: nobody is to see it twice.
      return modelCallIn(active) === undefined ? asBefore() : left(asBefore)
    }
    const theirs = startOriginal(original, name, given, active)
    const span = translation.span(theirs)
    const inside = translation.inside.setValue(ORIGINAL, theirs)
    const result: unknown = runIn(inside, () => fn(span))
    return observed(result, translation.settled, translation.failed)
  }
  const tracer: Tracer = {
    startSpan: (...args: Parameters<Tracer['startSpan']>) => original.startSpan(...args),
    startActiveSpan: startActiveSpan as Tracer['startActiveSpan'],
  }
  tracers.add(tracer)
  return tracer
}

function startOriginal(
  original: Tracer,
  name: string,
  options: SpanOptions | undefined,
  active: Context,
): Span {
  const above = active.getValue(ORIGINAL) as Span | undefined
  return left(() =>
    original.startSpan(name, options, above === undefined ? active : trace.setSpan(active, above)),
  )
}

/** Runs `start`, whose span is left out of turnspan's traces. */
function left<T>(start: () => T): T {
  starting += 1
  try {
    return start()
  } finally {
    starting -= 1
  }
}

/** A tracer whose spans nobody gets: what stands behind {@link translatingTracer} where nobody else listens. */
export const silentTracer: Tracer = {
  startSpan: (_name, _options, context) => silentSpan(context ?? activeContext()),
  startActiveSpan: (_name: string, ...rest: unknown[]) =>
    (rest.pop() as (span: Span) => never)(silentSpan(activeContext())),
}

const silentSpan = (context: Context): Span =>
  trace.wrapSpanContext(trace.getSpanContext(context) ?? INVALID_SPAN_CONTEXT)
