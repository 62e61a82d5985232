import {
  beginStep,
  dataAt,
  dataOf,
  keys,
  type LiveSpan,
  SpanType,
  type Step,
  type StepInit,
  text,
} from '../base/index.ts'
import { agentStartHere } from './agents.ts'
import { dataIn, type Handler, labelOf, sentBy } from './handler.ts'
import { toMessage } from './messages.ts'
import { type Agents, noteRun, type WorkflowRun } from './runs.ts'

const agent = (name: string): StepInit => ({
  name: `agent:${name}`,
  spanType: SpanType.AGENT,
  attributes: { [keys.AGENT_NAME]: name },
})

/** Whether the handler takes the event with which a run of agents begins. */
export const isAgentStart = (handler: Handler): boolean => labelOf(handler.inputs[0]) === 'llamaindex-start'

/** Begins the span of a run of agents. */
export function beginAgentRun(handler: Handler): WorkflowRun | undefined {
  const start = agentStartHere()
  if (start !== undefined) start.begun = true
  const asked = dataIn(handler.inputs[0])
  const step = beginStep(() => ({ ...agent(start?.name ?? 'Agent') }))
  if (step === undefined) return undefined
  if (step.span.wantsContent) step.span.setInputs(askedOf(asked))
  const agents: Agents = {
    first: start?.name,
    current: undefined,
    end() {
      agents.current?.step.span.end()
      step.span.end()
    },
  }
  return noteRun(handler.root, step, agents)
}

/** What the program asked: a text, parts of a message, or messages with it. */
function askedOf(asked: unknown): unknown {
  const question = dataOf(dataAt(asked, 'userInput'))
  const history = dataAt(asked, 'chatHistory')
  if (!Array.isArray(history) || history.length === 0) return question
  const messages = history.map(toMessage)
  return { messages: question === undefined ? messages : [...messages, { role: 'user', content: question }] }
}

/** The span of the agent whose work a handler does. */
export function agentOfEvent(run: WorkflowRun, agents: Agents, handler: Handler): Step {
  const data = dataIn(handler.inputs[0])
  const name = text(dataAt(data, 'currentAgentName')) ?? text(dataAt(data, 'agentName'))
  if (name === undefined) return agents.current?.step ?? run.step
  if (agents.first === undefined) {
    agents.first = name
    run.step.span.updateName(`agent:${name}`)
    run.step.span.setAttribute(keys.AGENT_NAME, name)
  }
  if (agents.current?.name === name) return agents.current.step
  agents.current?.step.span.end()
  agents.current = undefined
  if (name === agents.first) return run.step
  const step = beginStep(() => ({ ...agent(name), context: run.step.inside }))
  if (step === undefined) return run.step
  agents.current = { name, step }
  return step
}

/** Says what came of a handler of agents: with the last event of a run comes its answer. */
export function tellAgents(
  run: WorkflowRun,
  agents: Agents,
  handler: Handler,
  failure: { readonly reason: unknown } | undefined,
): void {
  const spans = [agents.current?.step.span, run.step.span].filter(
    (span): span is LiveSpan => span !== undefined,
  )
  if (failure !== undefined) for (const span of spans) span.fail(failure.reason)
  const stop = sentBy(handler).find((event) => labelOf(event) === 'llamaindex-stop')
  if (stop === undefined) return
  const data = dataIn(stop)
  const answer = dataOf(dataAt(data, 'object') ?? dataAt(data, 'result'))
  for (const span of spans) if (span.wantsContent && answer !== undefined) span.setOutputs(answer)
}
