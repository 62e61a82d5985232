import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from '@opentelemetry/api'
import { trace } from '../../runtime/otel-trace.ts'
import { readProperty } from '../../runtime/read-property.ts'
import { processWide } from '../../runtime/registry.ts'
import { bringExternalCalls } from '../../tracer/external-calls.ts'

// Frameworks that make spans of themselves ask models by clients that turnspan traces: one call would be two spans.

/** A span of such a framework. */
interface FrameworkSpan {
  /** The model that it calls, if it is known; `undefined` for a span that is no call of a model. */
  readonly model: { readonly name: unknown } | undefined
  isOpen(): boolean
}

interface State {
  readonly spans: WeakMap<object, FrameworkSpan>
  /** The one that began last on the way to the running code: some do not make their spans active. */
  readonly latest: AsyncLocalStorage<FrameworkSpan>
}

const state = (): State =>
  processWide('frameworks-spans', () => ({ spans: new WeakMap(), latest: new AsyncLocalStorage() }))

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
export function watchExternalCalls(): void {
  bringExternalCalls({ note, isNear: nearExternalModelCall })
}

/**
 * Notes that `span`, which an integration made, stands for work of a framework that asks `model` by a client of its own
 * while `isOpen` says so: that is no call beside the framework's.
 */
export function noteFrameworkCall(span: object, model: string | undefined, isOpen: () => boolean): void {
  const found: FrameworkSpan = { model: { name: model }, isOpen }
  state().spans.set(span, found)
  state().latest.enterWith(found)
}

function note(span: object, scope: unknown, name: unknown, attributes: unknown, isOpen: () => boolean): void {
  const read = (key: string): unknown => readProperty(attributes, key)
  const isFrameworks = isLike(scope, FRAMEWORK)
  const isTool = read('gen_ai.tool.name') !== undefined
  if (!isFrameworks && !isTool && CALL_KEYS.every((key) => read(key) === undefined)) return
  const isNamed = isFrameworks && isLike(name, CALL_NAME)
  const isModelCall = !isTool && (isNamed || MODEL_CALL.some(([key, value]) => isLike(read(key), value)))
  const found = { model: isModelCall ? { name: read('gen_ai.request.model') } : undefined, isOpen }
  state().spans.set(span, found)
  state().latest.enterWith(found)
}

/** What libraries hand over may be anything. */
const isLike = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value)

/** Whether the code of `context` runs inside a framework's call of a model, which has a span. */
export function inExternalModelCall(context: Context): boolean {
  const active = trace.getSpan(context)
  const found = active && state().spans.get(active)
  return found?.model !== undefined && found.isOpen()
}

/** Whether the running code may belong to a framework's call of a model, whose span is the active one or not. */
function nearExternalModelCall(context: Context): boolean {
  const found = state().latest.getStore()
  return inExternalModelCall(context) || (found?.model !== undefined && found.isOpen())
}

/** Whether a call of `model` is that of a framework which did not make its span the active one. */
export function isExternalModelCall(model: string | undefined): boolean {
  if (model === undefined) return false
  const found = state().latest.getStore()
  return found?.model?.name === model && found.isOpen()
}
