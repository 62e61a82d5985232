import { applyUpdate } from '../../context/trace-update.ts'
import { isLiveSpan } from '../../span/is-live-span.ts'
import {
  type Answer,
  dataAt,
  dataOf,
  fieldsOf,
  type Given,
  growingText,
  isObject,
  keys,
  list,
  type ModelCall,
  type ModelCallInit,
  read,
  SpanType,
  type StreamAccumulator,
  text,
} from '../base/index.ts'
import { type AgentSteps, agentSteps } from './agent-steps.ts'
import { argumentsOf } from './agent-tools.ts'
import { nameOfModel } from './converse.ts'
import type { Operation } from './operation.ts'

/**
 * An agent that runs at Amazon.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_InvokeAgent.html
 */
export const INVOKE_AGENT: Operation = {
  begin,
  parametersOf: fieldsOf,
  begun: noteSession,
  answer: () => ({}),
  stream: { member: 'completion', accumulate: accumulateAgent },
}

/** An agent that the request itself describes. */
export const INVOKE_INLINE_AGENT: Operation = INVOKE_AGENT

function begin(given: Given): ModelCallInit {
  const at = (key: string): string | undefined => text(dataAt(given.value, key))
  const name = at('agentName') ?? at('agentId') ?? 'inline'
  return {
    name: `agent:${name}`,
    spanType: SpanType.AGENT,
    operation: 'invoke_agent',
    model: nameOfModel(at('foundationModel')),
    provider: 'aws.bedrock',
    messageFormat: 'openai',
    content: () => inputsOf(given.data()),
    attributes: {
      [keys.AGENT_NAME]: at('agentName'),
      'gen_ai.agent.id': at('agentId'),
      'aws.bedrock.agent.alias_id': at('agentAliasId'),
      [keys.CONVERSATION_ID]: at('sessionId'),
    },
  }
}

/** Bytes of files are not what a reader wants. */
function inputsOf(input: unknown): { inputs: unknown } {
  const { inputText, sessionState, instruction } = fieldsOf(input)
  const { files: _files, ...state } = fieldsOf(sessionState)
  const system = text(instruction) === undefined ? [] : [{ role: 'system', content: instruction }]
  const asked = text(inputText) === undefined ? [] : [{ role: 'user', content: inputText }]
  return {
    inputs: {
      messages: [...system, ...asked],
      ...(Object.keys(state).length > 0 && { sessionState: state }),
    },
  }
}

/** A session that the program names says more. */
function noteSession({ span }: ModelCall, input: unknown): void {
  const sessionId = text(dataAt(input, 'sessionId'))
  if (sessionId !== undefined && isLiveSpan(span) && span.trace.sessionId === undefined)
    applyUpdate(span.trace, { sessionId }, span.host)
}

/** Folds the events of an agent to its answer, and makes spans of the steps that it tells of. */
function accumulateAgent(call: ModelCall): StreamAccumulator {
  const { content, limits } = call.accumulating
  const said = growingText(limits.maxValueBytes)
  const decoder = new TextDecoder()
  const steps: AgentSteps = agentSteps(call)
  let returned: unknown
  let failure: Answer['error']
  const answer = (): Answer => {
    steps.end()
    const calls = toolCallsOf(returned)
    const message = {
      role: 'assistant',
      content: said.value() ?? '',
      ...(calls.length > 0 && { tool_calls: calls }),
    }
    return {
      ...(content && { outputs: { messages: [message] } }),
      finishReasons: returned === undefined ? [] : ['return_control'],
      error: failure,
    }
  }
  return {
    isFirst: (event) => read(event, 'chunk') !== undefined,
    add(event) {
      const bytes = read(event, 'chunk', 'bytes')
      if (content && bytes instanceof Uint8Array) said.add(decoder.decode(bytes, { stream: true }))
      returned ??= read(event, 'returnControl')
      const trace = read(event, 'trace', 'trace')
      if (isObject(trace)) steps.add(trace)
      const reason = text(read(trace, 'failureTrace', 'failureReason'))
      if (reason !== undefined) failure = { type: 'failure', message: reason }
    },
    answer,
  }
}

/** What the agent asks the program to do. */
function toolCallsOf(returned: unknown): readonly object[] {
  const id = text(read(returned, 'invocationId')) ?? 'return_control'
  return list(dataOf(read(returned, 'invocationInputs'))).flatMap((one) => {
    const given = read(one, 'functionInvocationInput') ?? read(one, 'apiInvocationInput')
    const name =
      text(read(given, 'function')) ?? text(read(given, 'apiPath')) ?? text(read(given, 'actionGroup'))
    if (name === undefined) return []
    const args = JSON.stringify(argumentsOf(given))
    return [{ id, type: 'function', function: { name, arguments: args } }]
  })
}
