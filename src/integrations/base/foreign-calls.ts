import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from '@opentelemetry/api'
import { bringForeignCalls } from '../../delivery/foreign-calls.ts'
import { trace } from '../../runtime/otel-trace.ts'
import { processWide } from '../../runtime/registry.ts'
import { readProperty } from '../../span/attribute-values.ts'

// Frameworks that make spans of themselves ask models by clients that turnspan traces: one call would be two spans.

/** A span of such a framework. */
interface ForeignSpan {
  /** The model that it calls, if it is known; `undefined` for a span that is no call of a model. */
  readonly model: { readonly name: unknown } | undefined
  isOpen(): boolean
}

interface State {
  readonly spans: WeakMap<object, ForeignSpan>
  /** The one that began last on the way to the running code: some do not make their spans active. */
  readonly latest: AsyncLocalStorage<ForeignSpan>
}

const state = (): State =>
  processWide('foreign-spans', () => ({ spans: new WeakMap(), latest: new AsyncLocalStorage() }))

/** Tracers of frameworks whose spans of model calls are translated, and which ask models by clients of others. */
const FRAMEWORK = /^(?:gcp\.vertex\.agent|strands|genkit|@?voltagent|@?mastra)/
/** What ADK and Mastra, which say more when they have ended, call theirs as they begin. */
const CALL_NAME = /^(?:call_llm$|(?:llm|step|inference): )/
/** TanStack AI has a tracer of the program, and Strands may be called by the name of the service. */
const CALL_KEYS = ['tanstack.ai.iteration', 'gen_ai.event.start_time']
const MODEL_CALL: readonly (readonly [key: string, value: RegExp])[] = [
  ['gen_ai.operation.name', /^(?:chat|generate_content|text_completion|embeddings)$/],
  ['genkit:metadata:subtype', /^(?:model|embedder)$/],
  ['span.type', /^llm$/],
]

/** Keeps track of such spans from now on. */
export function watchForeignCalls(): void {
  bringForeignCalls({ note, isNear: nearForeignModelCall })
}

function note(span: object, scope: unknown, name: unknown, attributes: unknown, isOpen: () => boolean): void {
  const read = (key: string): unknown => readProperty(attributes, key)
  const isFrameworks = typeof scope === 'string' && FRAMEWORK.test(scope)
  const isCall = isFrameworks || CALL_KEYS.some((key) => read(key) !== undefined)
  const isTool = read('gen_ai.tool.name') !== undefined
  if (!isCall && !isTool) return
  const isModelCall =
    !isTool &&
    ((isFrameworks && CALL_NAME.test(String(name))) ||
      MODEL_CALL.some(([key, value]) => value.test(String(read(key) ?? ''))))
  const foreign = {
    model: isModelCall ? { name: read('gen_ai.request.model') } : undefined,
    isOpen,
  }
  state().spans.set(span, foreign)
  state().latest.enterWith(foreign)
}

/** Whether the code of `context` runs inside a framework's call of a model, which has a span. */
export function inForeignModelCall(context: Context): boolean {
  const active = trace.getSpan(context)
  const foreign = active && state().spans.get(active)
  return foreign?.model !== undefined && foreign.isOpen()
}

/** Whether the running code may belong to a framework's call of a model, whose span is the active one or not. */
function nearForeignModelCall(context: Context): boolean {
  const foreign = state().latest.getStore()
  return inForeignModelCall(context) || (foreign?.model !== undefined && foreign.isOpen())
}

/** Whether a call of `model` is that of a framework which did not make its span the active one. */
export function isForeignModelCall(model: string | undefined): boolean {
  const foreign = state().latest.getStore()
  return foreign?.model !== undefined && foreign.model.name === model && foreign.isOpen()
}
