import { at, firstAt, isData, items, parsed, text } from './data.ts'
import { allParts, callOf, type Gathered, saidIn } from './parts.ts'

/** A message in OpenAI's chat form, which MLflow shows and of which the conventions' messages are made. */
export type ChatMessage = Readonly<Record<string, unknown>>

const ROLES: Readonly<Record<string, string>> = {
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  model: 'assistant',
  agent: 'assistant',
  system: 'system',
  developer: 'system',
  tool: 'tool',
  function: 'tool',
}

/**
 * Messages of any library in OpenAI's chat form; `undefined` where there is something among them that is no message.
 *
 * @param otherwise - role of what says none
 */
export function chatMessages(given: unknown, otherwise: string): readonly ChatMessage[] | undefined {
  const said = parsed(given)
  if (said === undefined || said === null || said === '') return undefined
  if (typeof said === 'string') return [{ role: otherwise, content: said }]
  const list = Array.isArray(said) ? said : (messagesIn(said) ?? [said])
  // A list of parts is one message.
  const isParts = list.length > 0 && list.every((one) => !isData(one) || at(one, 'role') === undefined)
  const all: readonly (ChatMessage | undefined)[] | undefined = isParts
    ? chatMessage({ role: otherwise, content: list })
    : list.flatMap(messageOrFail)
  return all === undefined || all.length === 0 || all.includes(undefined) ? undefined : (all as ChatMessage[])
}

const messagesIn = (given: unknown): readonly unknown[] | undefined => {
  const found = firstAt(given, ['messages', 'contents'])
  return Array.isArray(found) ? found : undefined
}

const messageOrFail = (message: unknown): readonly (ChatMessage | undefined)[] =>
  chatMessage(message) ?? [undefined]

/** One message of a library; results of tools become messages of their own. */
function chatMessage(message: unknown): readonly ChatMessage[] | undefined {
  const said = text(at(message, 'role')) ?? 'user'
  const role = Object.hasOwn(ROLES, said) ? ROLES[said] : undefined
  if (!isData(message) || role === undefined) return undefined
  const body = parsed(firstAt(message, ['parts', 'content', 'contents']))
  const toolCallId = text(firstAt(message, ['tool_call_id', 'toolCallId', 'id']))
  const gathered = allParts(body ?? [])
  if (role === 'tool' && gathered.results.length === 0)
    return [{ role, tool_call_id: toolCallId ?? '', content: saidIn(body ?? '') }]
  for (const call of items(parsed(firstAt(message, ['tool_calls', 'toolCalls']))))
    gathered.calls.push(callOf(call))
  return [...resultMessages(gathered), ...saidMessages(role, gathered)]
}

const resultMessages = ({ results }: Gathered): ChatMessage[] =>
  results.map(({ id, name, content }) => ({
    role: 'tool',
    tool_call_id: id,
    ...(name !== undefined && { name }),
    content,
  }))

function saidMessages(role: string, { content, thoughts, calls, results }: Gathered): ChatMessage[] {
  if (content.length + thoughts.length + calls.length === 0 && results.length > 0) return []
  const texts = content.map((part) => part.type === 'text' && part.text)
  const plain = texts.every((one) => typeof one === 'string')
  return [
    {
      role,
      content: content.length === 0 ? (calls.length > 0 ? null : '') : plain ? texts.join('') : content,
      ...(thoughts.join('') !== '' && { reasoning_content: thoughts.join('') }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ]
}

/** What a model or an agent answered, as OpenAI's API has it. */
export function choicesOf(given: unknown, finish: unknown): unknown {
  const messages = chatMessages(given, 'assistant')
  if (messages === undefined) return undefined
  const list = Array.isArray(parsed(given)) ? (parsed(given) as unknown[]) : []
  return {
    choices: messages.map((message, index) => ({
      index,
      message,
      finish_reason: text(firstAt(list[index], ['finish_reason', 'finishReason'])) ?? text(finish) ?? null,
    })),
  }
}
