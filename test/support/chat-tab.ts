import type { AttributeValue } from './decoded-span.ts'

/** A span as far as MLflow's Chat tab reads it. */
export interface ChatSpan {
  readonly inputs: AttributeValue | undefined
  readonly outputs: AttributeValue | undefined
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** What the Chat tab of MLflow 3.17 would show. */
export interface ChatTab {
  /** Role and text of each message; of calls their names. */
  readonly messages: readonly string[]
  readonly tools: readonly string[]
}

/**
 * Reads a span by the rules of MLflow's Chat tab for messages in OpenAI's forms (`mlflow.message.format` is `openai` or
 * absent) and in that of the GenAI conventions. Throws with the rule that is broken, as the page would show nothing.
 */
export function chatTab({ inputs, outputs, attributes }: ChatSpan): ChatTab {
  const asked = messagesIn(inputs, 'input')
  if (asked.length === 0) throw new Error('The inputs hold no message.')
  const answered = typeof outputs === 'string' ? [`assistant: ${outputs}`] : messagesIn(outputs, 'output')
  if (answered.length === 0) throw new Error('The outputs hold no message.')
  return {
    messages: [...asked, ...answered],
    tools: toolsIn(attributes['mlflow.chat.tools'] ?? field(inputs, 'tools')),
  }
}

function messagesIn(content: AttributeValue | undefined, side: 'input' | 'output'): string[] {
  if (Array.isArray(content)) return content.map(message)
  const messages = field(content, 'messages')
  if (Array.isArray(messages)) return messages.map(message)
  const choices = field(content, 'choices')
  if (Array.isArray(choices)) return choices.map((choice) => message(field(choice, 'message')))
  const items = field(content, side)
  if (typeof items === 'string') return [`user: ${items}`]
  return Array.isArray(items) ? items.map(item) : []
}

const ROLES: readonly unknown[] = ['user', 'assistant', 'system', 'tool']
const TEXTS: readonly unknown[] = ['text', 'input_text', 'output_text']

function message(given: AttributeValue | undefined): string {
  const role = field(given, 'role')
  if (!ROLES.includes(role)) throw new Error(`There is no role ${JSON.stringify(role)}.`)
  const parts = field(given, 'parts')
  if (Array.isArray(parts)) return `${String(role)}: ${parts.map(conventionPart).join(' ')}`
  const calls = field(given, 'tool_calls')
  const called = calls === undefined || calls === null ? [] : listOf(calls, 'tool_calls').map(toolCall)
  return [`${String(role)}: ${textOf(field(given, 'content') ?? null)}`, ...called].join(' ')
}

function item(given: AttributeValue): string {
  if (field(given, 'type') === 'function_call') return `assistant: called ${String(field(given, 'name'))}`
  if (field(given, 'type') === 'function_call_output')
    return `tool: ${textOf(field(given, 'output') ?? null)}`
  return message(given)
}

function textOf(content: AttributeValue): string {
  if (content === null) return ''
  if (typeof content === 'string') return content
  return listOf(content, 'content')
    .map((part) => {
      const type = field(part, 'type')
      if (TEXTS.includes(type) && typeof field(part, 'text') === 'string') return String(field(part, 'text'))
      if (type === 'image_url' || type === 'input_audio') return `[${type}]`
      throw new Error(`There is no part of content like ${JSON.stringify(part)}.`)
    })
    .join(' ')
}

function toolCall(call: AttributeValue): string {
  const name = field(field(call, 'function'), 'name')
  const args = field(field(call, 'function'), 'arguments')
  if ([field(call, 'id'), name, args].some((one) => typeof one !== 'string')) {
    throw new Error(`A call of a tool has ID, name and arguments as texts, got ${JSON.stringify(call)}.`)
  }
  JSON.parse(String(args))
  return `called ${String(name)}`
}

function conventionPart(part: AttributeValue): string {
  const type = field(part, 'type')
  if (type === 'text') return String(field(part, 'content'))
  if (type === 'tool_call') return `called ${String(field(part, 'name'))}`
  if (type === 'tool_call_response') return JSON.stringify(field(part, 'response'))
  throw new Error(`A part of type ${JSON.stringify(type)} makes all messages unreadable.`)
}

function toolsIn(tools: AttributeValue | undefined): string[] {
  if (tools === undefined) return []
  return listOf(tools, 'tools').map((tool) => {
    const name = field(field(tool, 'function'), 'name')
    if (field(tool, 'type') !== 'function' || typeof name !== 'string') {
      throw new Error(`A tool is { type: 'function', function: { name } }, got ${JSON.stringify(tool)}.`)
    }
    return name
  })
}

function listOf(value: AttributeValue, what: string): readonly AttributeValue[] {
  if (!Array.isArray(value)) throw new Error(`${what} is a list, got ${JSON.stringify(value)}.`)
  return value
}

function field(value: AttributeValue | undefined, key: string): AttributeValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return undefined
  return value[key]
}
