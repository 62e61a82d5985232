import { asJson, dataAt, type Fields, itemsOf, read, text, toolCallOf } from '../base/index.ts'

// Messages in the form of OpenAI's API, which MLflow shows as a chat.

/**
 * What a model was sent: the messages of its step, in Mastra 0.24 within the body of the request. Newer versions show of a
 * step no more of tools than that they were called (`[tool: look]`); of those the messages of the generation, and what
 * its steps have `added` to them, say more.
 */
export function messagesSent(
  step: unknown,
  generation: unknown,
  added: readonly object[],
): readonly unknown[] | undefined {
  const asked = itemsOf(dataAt(read(generation, 'input'), 'messages')).map(messageIn)
  const given = read(step, 'input')
  const found = [itemsOf(given), itemsOf(dataAt(bodyIn(given), 'messages'))].find((list) => list.length > 0)
  const whole = [...asked, ...added]
  if (found === undefined) return whole.length > 0 ? whole : undefined
  return found.length === whole.length && found.some(isShort) ? whole : found
}

const isShort = (message: unknown): boolean => {
  const content = dataAt(message, 'content')
  return typeof content === 'string' && /^\[tool(?:-result)?: /.test(content)
}

/** A message without what Mastra notes beside it. */
function messageIn(message: unknown): Fields {
  const content = dataAt(message, 'content')
  const texts = itemsOf(content).map((part) => text(dataAt(part, 'text')))
  const isText = Array.isArray(content) && texts.every((part) => part !== undefined)
  return { role: dataAt(message, 'role'), content: isText ? texts.join('') : content }
}

function bodyIn(input: unknown): unknown {
  const body = dataAt(input, 'body')
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}

/** The message that a model answered. */
export interface AnswerMessage {
  readonly role: 'assistant'
  readonly content: string | null
  readonly reasoning_content?: string
  readonly tool_calls?: readonly Fields[]
}

/** @param told - the span of the call, or of its step */
export function answerIn(told: unknown): AnswerMessage {
  const output = read(told, 'output')
  const thought = text(dataAt(output, 'reasoning'))
  const calls = itemsOf(dataAt(output, 'toolCalls')).map((call) =>
    toolCallOf(
      dataAt(call, 'toolCallId'),
      dataAt(call, 'toolName'),
      dataAt(call, 'args') ?? dataAt(call, 'input'),
    ),
  )
  return {
    role: 'assistant',
    content: text(dataAt(output, 'text')) ?? null,
    ...(thought !== undefined && { reasoning_content: thought }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

/** What a tool answered, as the model gets it. */
export function resultOf(told: unknown): Fields {
  const output = read(told, 'output') ?? read(told, 'errorInfo', 'message')
  return {
    role: 'tool',
    tool_call_id: text(dataAt(read(told, 'attributes'), 'toolCallId')) ?? '',
    content: typeof output === 'string' ? output : asJson(output ?? null),
  }
}
