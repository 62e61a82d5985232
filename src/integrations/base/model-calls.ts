import type { Context } from '@opentelemetry/api'
import { modelCallSpans } from '../../runtime/model-call-spans.ts'
import { liveSpanIn } from '../../tracer/context-keys.ts'
import { inExternalModelCall } from './external-calls.ts'
import type { ModelCall } from './model-call-type.ts'

/** The model calls under way, by their spans. */
const calls = (): WeakMap<object, ModelCall> => modelCallSpans()

/** Notes that `call` is what `span` stands for. */
export function noteModelCall(span: object, call: ModelCall): void {
  calls().set(span, call)
}

/**
 * The model call in which the code of `context` runs: its nearest span is that of a model call which has not ended.
 * Whatever a client library sends from there is that same call, so it makes no second span.
 */
export function modelCallIn(context: Context): ModelCall | undefined {
  const span = liveSpanIn(context)
  const call = span && calls().get(span)
  return call === undefined || call.ended() ? undefined : call
}

/** Whether the code of `context` runs in a call of a model that has a span: one of ours, or one that a framework made. */
export const isInModelCall = (context: Context): boolean =>
  modelCallIn(context) !== undefined || inExternalModelCall(context)
