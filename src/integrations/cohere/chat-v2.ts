import {
  type AccumulatorOptions,
  type Answer,
  apiFields,
  type CallContent,
  chatMessage,
  contentOf,
  dataAt,
  type Fields,
  type GrowingText,
  growingText,
  itemsOf,
  nestedTools,
  number,
  type StreamAccumulator,
  text,
  textOf,
  toolCallOf,
} from '../base/index.ts'
import { cohereUsage, searchUnits, shownUsage } from './usage.ts'

/** What is recorded of a request, in the form of OpenAI's API. */
export function chatContent(data: unknown): CallContent {
  const { messages, ...rest } = apiFields(data)
  return { inputs: { ...rest, messages: itemsOf(messages).map(chatMessage) }, tools: nestedTools(data) }
}

interface Told {
  readonly id: string | undefined
  readonly message: Fields
  readonly finish: string | undefined
  readonly usage: unknown
  readonly error?: string | undefined
}

function answerOf({ id, message, finish, usage, error }: Told): Answer {
  const counted = cohereUsage(usage)
  return {
    outputs: { id, choices: [{ index: 0, message, finish_reason: finish ?? null }], ...shownUsage(counted) },
    usage: counted,
    responseId: id,
    finishReasons: finish === undefined ? [] : [finish],
    attributes: searchUnits(usage),
    error:
      error !== undefined || finish === 'ERROR' ? { type: finish ?? 'error', message: error } : undefined,
  }
}

/** The answer of a chat, in the form of OpenAI's API. */
export function chatAnswer(result: unknown): Answer {
  const { content, ...said } = apiFields(dataAt(result, 'message'))
  const { shown, thinking } = contentOf(content)
  return answerOf({
    id: text(dataAt(result, 'id')),
    message: {
      ...chatMessage({ ...said, content: shown === null ? null : textOf(shown) }),
      ...(thinking !== '' && { reasoning_content: thinking }),
    },
    finish: text(dataAt(result, 'finishReason')),
    usage: dataAt(result, 'usage'),
  })
}

interface ToolCall {
  readonly id: unknown
  readonly name: unknown
  readonly arguments: GrowingText
}

const MAX_TOOL_CALLS = 1024

/** Folds the events of a stream to the answer that they stand for. */
export function accumulateChat({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const most = limits.maxValueBytes
  const [said, thought, plan] = [growingText(most), growingText(most), growingText(most)]
  const calls = new Map<number, ToolCall>()
  let id: string | undefined
  let finish: string | undefined
  let usage: unknown
  let error: string | undefined

  const addCall = (index: number, call: unknown): void => {
    const known = calls.get(index)
    if (known === undefined && calls.size >= MAX_TOOL_CALLS) return
    const begun = known ?? {
      id: dataAt(call, 'id'),
      name: dataAt(call, 'function', 'name'),
      arguments: growingText(most),
    }
    calls.set(index, begun)
    begun.arguments.add(dataAt(call, 'function', 'arguments'))
  }
  const addContent = (event: unknown): void => {
    const message = dataAt(event, 'delta', 'message')
    said.add(dataAt(message, 'content', 'text'))
    thought.add(dataAt(message, 'content', 'thinking'))
    // Early versions pass on what they do not know under the names of the API.
    plan.add(dataAt(message, 'toolPlan') ?? dataAt(message, 'tool_plan'))
    const call = dataAt(message, 'toolCalls') ?? dataAt(message, 'tool_calls')
    if (call !== undefined) addCall(number(dataAt(event, 'index')) ?? 0, call)
  }
  return {
    isFirst: (event) => /^(content|tool-plan|tool-call)-(delta|start)$/.test(String(dataAt(event, 'type'))),
    add(event) {
      id ??= text(dataAt(event, 'id'))
      if (dataAt(event, 'type') === 'message-end') {
        finish = text(dataAt(event, 'delta', 'finishReason'))
        usage = dataAt(event, 'delta', 'usage')
        error = text(dataAt(event, 'delta', 'error'))
      } else if (content) {
        addContent(event)
      }
    },
    answer() {
      const tools = [...calls.values()].map((call) =>
        toolCallOf(call.id, call.name, call.arguments.value() ?? ''),
      )
      const answer = answerOf({
        id,
        message: {
          role: 'assistant',
          content: said.value() ?? null,
          ...(thought.value() && { reasoning_content: thought.value() }),
          ...(plan.value() && { tool_plan: plan.value() }),
          ...(tools.length > 0 && { tool_calls: tools }),
        },
        finish,
        usage,
        error,
      })
      return content ? answer : { ...answer, outputs: undefined }
    },
  }
}
