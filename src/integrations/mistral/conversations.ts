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
  isObject,
  itemsOf,
  type ModelUsage,
  nestedTools,
  number,
  type StreamAccumulator,
  text,
  textOf,
  toolCallOf,
} from '../base/index.ts'
import { apiUsage, mistralUsage } from './wire.ts'

/** What is asked in a conversation: a call that goes on with one has it inside of its request. */
export function requestIn(request: unknown): unknown {
  for (const verb of ['Append', 'Restart'])
    for (const how of ['', 'Stream']) {
      const found = dataAt(request, `conversation${verb}${how}Request`)
      if (isObject(found)) return found
    }
  return request
}

/** The conversation that a call goes on with. */
export const conversationOf = (request: unknown): string | undefined =>
  text(dataAt(request, 'conversationId')) ?? text(dataAt(request, 'conversation_id'))

/** What is recorded of a request, as a chat. */
export function conversationContent(data: unknown): CallContent {
  const { inputs, instructions, ...rest } = apiFields(requestIn(data))
  const asked = typeof inputs === 'string' ? [{ role: 'user', content: inputs }] : itemsOf(inputs).map(entry)
  const system = text(instructions) === undefined ? [] : [{ role: 'system', content: instructions }]
  return { inputs: { ...rest, messages: [...system, ...asked] }, tools: nestedTools(requestIn(data)) }
}

/** An entry of a conversation as a message. */
function entry(given: unknown): Fields {
  const { type, role, content, tool_call_id, result, name, arguments: args } = apiFields(given)
  switch (type) {
    case 'function.result':
      return { role: 'tool', tool_call_id, content: result }
    case 'function.call':
      return { role: 'assistant', content: null, tool_calls: [toolCallOf(tool_call_id, name, args)] }
    case 'tool.execution':
      return { role: 'assistant', content: `[${text(name) ?? 'tool'}]` }
    default:
      return chatMessage({ role: role ?? (type === 'message.output' ? 'assistant' : 'user'), content })
  }
}

/** The answer in a conversation, as that of a chat: what was said, and which tools it calls. */
export function conversationAnswer(result: unknown): Answer {
  const entries = itemsOf(dataAt(result, 'outputs'))
  const ofType = (type: string): readonly unknown[] => entries.filter((one) => dataAt(one, 'type') === type)
  const said = ofType('message.output').map((one) => contentOf(dataAt(one, 'content')))
  const calls = ofType('function.call').map((one) =>
    toolCallOf(dataAt(one, 'toolCallId'), dataAt(one, 'name'), dataAt(one, 'arguments')),
  )
  const ran = ofType('tool.execution').map((one) => ({
    name: dataAt(one, 'name'),
    arguments: dataAt(one, 'arguments'),
  }))
  return answerOf({
    id: text(dataAt(result, 'conversationId')),
    model: entries.map((one) => text(dataAt(one, 'model'))).find((name) => name !== undefined),
    content: said.length === 0 ? null : said.map(({ shown }) => textOf(shown)).join(''),
    reasoning: said.map(({ thinking }) => thinking).join(''),
    calls,
    ran,
    usage: dataAt(result, 'usage'),
  })
}

interface Told {
  readonly id: string | undefined
  readonly model: string | undefined
  readonly content: string | null
  readonly reasoning: string
  readonly calls: readonly Fields[]
  readonly ran: readonly Fields[]
  readonly usage: unknown
}

function answerOf({ id, model, content, reasoning, calls, ran, usage }: Told): Answer {
  const finish = calls.length > 0 ? 'tool_calls' : 'stop'
  const message = {
    role: 'assistant',
    content,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(ran.length > 0 && { executed_tools: ran }),
  }
  const counted: ModelUsage | undefined = mistralUsage(usage)
  return {
    outputs: {
      id,
      model,
      choices: [{ index: 0, message, finish_reason: finish }],
      ...(counted !== undefined && { usage: apiUsage(usage) }),
    },
    usage: counted,
    model,
    finishReasons: [finish],
    attributes: { 'gen_ai.conversation.id': id },
  }
}

interface CalledTool {
  readonly id: unknown
  readonly name: unknown
  readonly arguments: GrowingText
}

const MAX_TOOLS = 1024

/** Folds the events of a conversation's stream to the answer that they stand for. */
export function accumulateConversation({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const most = limits.maxValueBytes
  const [said, thought] = [growingText(most), growingText(most)]
  const calls = new Map<unknown, CalledTool>()
  const ran = new Map<unknown, CalledTool>()
  let id: string | undefined
  let model: string | undefined
  let usage: unknown
  let failure: Answer['error']
  const addTool = (tools: Map<unknown, CalledTool>, data: unknown): void => {
    const key = dataAt(data, 'id')
    const known = tools.get(key)
    if (known === undefined && tools.size >= MAX_TOOLS) return
    const tool = known ?? {
      id: dataAt(data, 'toolCallId'),
      name: dataAt(data, 'name'),
      arguments: growingText(most),
    }
    tools.set(key, tool)
    if (content) tool.arguments.add(dataAt(data, 'arguments'))
  }
  return {
    isFirst: (event) =>
      /^(message\.output|function\.call)\.delta$/.test(String(dataAt(event, 'data', 'type'))),
    add(event) {
      const data = dataAt(event, 'data')
      model ??= text(dataAt(data, 'model'))
      switch (dataAt(data, 'type')) {
        case 'conversation.response.started':
          id = text(dataAt(data, 'conversationId'))
          break
        case 'message.output.delta': {
          if (!content) break
          const piece = dataAt(data, 'content')
          const { shown, thinking } = contentOf(isObject(piece) ? [piece] : piece)
          said.add(textOf(shown))
          if (thinking !== '') thought.add(thinking)
          break
        }
        case 'function.call.delta':
          addTool(calls, data)
          break
        case 'tool.execution.started':
        case 'tool.execution.delta':
          addTool(ran, data)
          break
        case 'conversation.response.done':
          usage = dataAt(data, 'usage')
          break
        case 'conversation.response.error':
          failure = {
            type: String(number(dataAt(data, 'code')) ?? 'error'),
            message: text(dataAt(data, 'message')),
          }
          break
      }
    },
    answer() {
      const told = answerOf({
        id,
        model,
        content: said.value() ?? null,
        reasoning: thought.value() ?? '',
        calls: [...calls.values()].map((one) => toolCallOf(one.id, one.name, one.arguments.value() ?? '')),
        ran: [...ran.values()].map((one) => ({ name: one.name, arguments: one.arguments.value() ?? '' })),
        usage,
      })
      return { ...told, outputs: content ? told.outputs : undefined, error: failure }
    },
  }
}
