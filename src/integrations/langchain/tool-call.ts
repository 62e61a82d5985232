import type { Context } from '@opentelemetry/api'
import { createContextKey } from '../../runtime/otel-context.ts'
import { activeContext, dataAt, isObject, type Method, runIn, text } from '../base/index.ts'

/** A call of a tool as it is made: LangChain's callbacks leave out parts of it, each version others. */
export interface ToolCall {
  readonly name: string | undefined
  readonly description: string | undefined
  readonly arguments: unknown
  /** The model's ID of the call. */
  readonly id: string | undefined
}

const CALL: symbol = createContextKey('turnspan.langchain.tool-call')

/** The call that is being made; only until its run began. */
export function toolCallIn(context: Context = activeContext()): ToolCall | undefined {
  const call = context.getValue(CALL) as { taken: boolean; readonly call: ToolCall } | undefined
  if (call === undefined || call.taken) return undefined
  // A tool that the tool calls is another call.
  call.taken = true
  return call.call
}

/** Observes `call(arg, config)` of a tool. */
export function observeToolCall(original: Method, seen: (tool: unknown) => void): Method {
  return function (this: unknown, ...args) {
    seen(this)
    const [given, config] = args as unknown[]
    const isCall = dataAt(given, 'type') === 'tool_call' && isObject(dataAt(given, 'args'))
    const call: ToolCall = {
      name: text(dataAt(this, 'name')),
      description: text(dataAt(this, 'description')),
      arguments: isCall ? dataAt(given, 'args') : given,
      id:
        text(dataAt(config, 'toolCall', 'id')) ??
        text(dataAt(config, 'configurable', 'tool_call_id')) ??
        (isCall ? text(dataAt(given, 'id')) : undefined),
    }
    const context = activeContext().setValue(CALL, { taken: false, call })
    return runIn(context, () => Reflect.apply(original, this, args))
  }
}
