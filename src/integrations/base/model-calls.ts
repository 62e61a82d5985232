import type { Context } from '@opentelemetry/api'
import { liveSpanIn } from '../../delivery/context-keys.ts'
import { processWide } from '../../runtime/registry.ts'
import type { ModelCall } from './model-call.ts'

/** The model calls under way, by their spans; shared by all copies of turnspan in the process. */
const calls = (): WeakMap<object, ModelCall> =>
  processWide('model-calls', () => new WeakMap<object, ModelCall>())

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
