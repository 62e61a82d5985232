import { createContextKey } from '../../runtime/otel-context.ts'
import { activeContext, currentPipeline, dataAt, isObject, type Method, runIn, text } from '../base/index.ts'
import { runAgentTool } from './tools.ts'

/** A call of `AgentWorkflow.runStream`, whose workflow is about to begin. */
export interface AgentStart {
  /** Name of the agent that begins. */
  readonly name: string | undefined
  begun: boolean
}

const START: symbol = createContextKey('turnspan.llamaindex.agent')

/** The run of agents that is about to begin here. */
export function agentStartHere(): AgentStart | undefined {
  const start = activeContext().getValue(START) as AgentStart | undefined
  return start?.begun === false ? start : undefined
}

/** Observes `runStream` of `AgentWorkflow`, which `run` goes through: what begins is known by its workflow. */
export function observeAgentRun(original: Method): Method {
  return function (this: unknown, ...args) {
    if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
    const start: AgentStart = { name: text(dataAt(this, 'rootAgentName')), begun: false }
    return runIn(activeContext().setValue(START, start), () => Reflect.apply(original, this, args))
  }
}

/** Observes `callTool({ toolName, toolKwargs, toolId })` of `AgentWorkflow`. */
export function observeAgentTool(original: Method): Method {
  return function (this: unknown, ...args) {
    const [asked] = args
    // Older versions hand over an event.
    const at = (key: string): unknown => dataAt(asked, key) ?? dataAt(asked, 'data', key)
    return runAgentTool(
      () => ({
        name: text(at('toolName')) ?? 'tool',
        arguments: at('toolKwargs'),
        callId: text(at('toolId')),
      }),
      () => Reflect.apply(original, this, args) as unknown,
    )
  }
}

/** Has `meet` called with the model that an agent uses, or with the model that is called itself. */
export function discoverModel(original: Method, meet: (model: object) => void): Method {
  return function (this: unknown, ...args) {
    if (currentPipeline() !== undefined) {
      const model = dataAt(this, 'llm') ?? this
      if (isObject(model)) meet(model)
    }
    return Reflect.apply(original, this, args)
  }
}
