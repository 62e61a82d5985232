import {
  type AccumulatorOptions,
  type Answer,
  apiFields,
  type CallContent,
  dataAt,
  dataFields,
  type Fields,
  growingText,
  itemsOf,
  type StreamAccumulator,
  text,
  toolCallOf,
} from '../base/index.ts'
import { cohereUsage, searchUnits, shownUsage } from './usage.ts'

// The first version of the API has a form of its own: the message apart from what was said before, no IDs of calls of tools.

const ROLES: Readonly<Record<string, string>> = {
  USER: 'user',
  CHATBOT: 'assistant',
  SYSTEM: 'system',
  TOOL: 'tool',
}

/** What is recorded of a request, as a chat. */
export function formerContent(data: unknown): CallContent {
  const { message, chat_history, preamble, tool_results, ...rest } = apiFields(data)
  const messages = [
    ...(text(preamble) === undefined ? [] : [{ role: 'system', content: preamble }]),
    ...itemsOf(chat_history).flatMap(formerMessage),
    ...itemsOf(tool_results).map(toolResult),
    ...(text(message) === undefined ? [] : [{ role: 'user', content: message }]),
  ]
  return { inputs: { ...rest, messages }, tools: itemsOf(dataAt(data, 'tools')).map(nestedTool) }
}

function formerMessage(said: unknown): Fields[] {
  const role = ROLES[String(dataAt(said, 'role')).toUpperCase()] ?? 'user'
  const results = itemsOf(dataAt(said, 'toolResults'))
  if (role === 'tool') return results.map(toolResult)
  const calls = itemsOf(dataAt(said, 'toolCalls')).map(formerCall)
  return [
    { role, content: dataAt(said, 'message') ?? null, ...(calls.length > 0 && { tool_calls: calls }) },
    ...results.map(toolResult),
  ]
}

const formerCall = (call: unknown): Fields => toolCallOf('', dataAt(call, 'name'), dataAt(call, 'parameters'))

const toolResult = (result: unknown): Fields => ({
  role: 'tool',
  name: dataAt(result, 'call', 'name'),
  content: JSON.stringify(dataAt(result, 'outputs') ?? null),
})

/** A tool in OpenAI's nested form, which is the one that MLflow shows. */
function nestedTool(tool: unknown): Fields {
  const properties = Object.entries(dataFields(dataAt(tool, 'parameterDefinitions')))
  const required = properties.filter(([, one]) => dataAt(one, 'required') === true).map(([name]) => name)
  return {
    type: 'function',
    function: {
      name: text(dataAt(tool, 'name')) ?? 'tool',
      description: text(dataAt(tool, 'description')),
      parameters: {
        type: 'object',
        properties: Object.fromEntries(
          properties.map(([name, one]) => [
            name,
            { type: dataAt(one, 'type'), description: dataAt(one, 'description') },
          ]),
        ),
        required,
      },
    },
  }
}

/** The answer of a chat, in the form of OpenAI's API. */
export function formerAnswer(result: unknown): Answer {
  const calls = itemsOf(dataAt(result, 'toolCalls')).map(formerCall)
  const finish = text(dataAt(result, 'finishReason'))
  const id = text(dataAt(result, 'responseId')) ?? text(dataAt(result, 'generationId'))
  const meta = dataAt(result, 'meta')
  const usage = cohereUsage(meta)
  const { citations, search_queries, documents } = apiFields(result)
  const message = {
    role: 'assistant',
    content: text(dataAt(result, 'text')) ?? null,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(citations !== undefined && { citations }),
    ...(search_queries !== undefined && { search_queries }),
    ...(documents !== undefined && { documents }),
  }
  return {
    outputs: { id, choices: [{ index: 0, message, finish_reason: finish ?? null }], ...shownUsage(usage) },
    usage,
    responseId: id,
    finishReasons: finish === undefined ? [] : [finish],
    attributes: searchUnits(meta),
    error: finish?.startsWith('ERROR') ? { type: finish } : undefined,
  }
}

/** Folds the events of a stream; the last has the whole answer. */
export function accumulateFormer({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const said = growingText(limits.maxValueBytes)
  let id: string | undefined
  let whole: Answer | undefined
  return {
    isFirst: (event) => /^(text-generation|tool-calls-)/.test(String(dataAt(event, 'eventType'))),
    add(event) {
      id ??= text(dataAt(event, 'generationId'))
      if (content) said.add(dataAt(event, 'text'))
      if (dataAt(event, 'eventType') === 'stream-end') whole = endOf(event)
    },
    answer() {
      const answer =
        whole ?? formerAnswer({ text: said.value(), ...(id !== undefined && { generationId: id }) })
      return content ? answer : { ...answer, outputs: undefined }
    },
  }
}

/** The end says why it is one, and the answer in it may not. */
const endOf = (event: unknown): Answer =>
  formerAnswer({ finishReason: dataAt(event, 'finishReason'), ...dataFields(dataAt(event, 'response')) })
