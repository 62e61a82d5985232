import {
  type AccumulatorOptions,
  type Answer,
  accumulateChat,
  apiFields,
  chatAnswer,
  chatMessage,
  chatToolCall,
  contentOf,
  dataAt,
  type Fields,
  isObject,
  itemsOf,
  type ModelUsage,
  openAIUsage,
  type StreamAccumulator,
  textOf,
} from '../base/index.ts'

/** Tokens as OpenAI's API names them. */
export function apiUsage(usage: unknown): Fields {
  // What a version has no name for it keeps under the API's own, some in a place apart.
  const { additional_properties: others, ...known } = apiFields(usage)
  const { prompt_tokens_details: details, ...rest } = { ...apiFields(others), ...known } as Fields
  const cached = rest.num_cached_tokens
  return {
    ...rest,
    prompt_tokens_details: { ...(cached !== undefined && { cached_tokens: cached }), ...apiFields(details) },
  }
}

export const mistralUsage = (usage: unknown): ModelUsage | undefined => openAIUsage(apiUsage(usage))

/** The answer of a chat, in the form of OpenAI's API. */
export function mistralAnswer(result: unknown): Answer {
  const { choices, usage, ...rest } = apiFields(result)
  return chatAnswer({
    ...rest,
    choices: itemsOf(choices).map((choice) => {
      const { message, ...others } = apiFields(choice)
      return { ...others, message: chatMessage(message) }
    }),
    usage: apiUsage(usage),
  })
}

/** Folds the events of a stream to the answer that they stand for. */
export function accumulateMistral(options: AccumulatorOptions): StreamAccumulator {
  const chat = accumulateChat(options)
  return {
    ...chat,
    isFirst: (event) => chat.isFirst?.(chunkOf(event)) ?? true,
    add: (event) => chat.add(chunkOf(event)),
  }
}

/** The chunk of an event in the form of OpenAI's API. */
function chunkOf(event: unknown): Fields {
  const { choices, usage, ...rest } = apiFields(dataAt(event, 'data'))
  return {
    ...rest,
    choices: itemsOf(choices).map((choice) => {
      const { delta, ...others } = apiFields(choice)
      const { content, tool_calls, ...said } = apiFields(delta)
      return { ...others, delta: { ...said, ...piecesOf(content), tool_calls: toolPieces(tool_calls) } }
    }),
    ...(isObject(usage) && { usage: apiUsage(usage) }),
  }
}

function piecesOf(content: unknown): Fields {
  if (!Array.isArray(content)) return { content }
  const { shown, thinking } = contentOf(content)
  return { content: textOf(shown), reasoning_content: thinking }
}

/** Each comes whole as a rule; one whose arguments come in pieces has them as texts. */
const toolPieces = (calls: unknown): readonly Fields[] =>
  itemsOf(calls).map((call) => {
    const index = dataAt(call, 'index')
    return { ...chatToolCall(call), ...(typeof index === 'number' && { index }) }
  })
