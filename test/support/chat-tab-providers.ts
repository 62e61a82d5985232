import type { AttributeValue } from './decoded-span.ts'

// MLflow 3.17 reads messages of Anthropic and Gemini by rules of their own: one block that it does not know makes the
// whole conversation unreadable. Both readers throw then, with the rule that is broken.

/** What the Chat tab shows of inputs and outputs with `mlflow.message.format` `anthropic`, as lines. */
export function anthropicChat(
  inputs: AttributeValue | undefined,
  outputs: AttributeValue | undefined,
): string[] {
  const asked = field(inputs, 'messages')
  const isMessage = outputs !== undefined && field(outputs, 'type') === 'message'
  const answered = isMessage ? [outputs] : listOf(field(outputs, 'messages'), 'the answer')
  return [...listOf(asked, 'messages'), ...answered].flatMap(anthropicMessage)
}

function anthropicMessage(message: AttributeValue | undefined): string[] {
  const role = field(message, 'role')
  if (role !== 'user' && role !== 'assistant') throw new Error(`There is no role ${JSON.stringify(role)}.`)
  const content = field(message, 'content')
  if (typeof content === 'string') return [`${role}: ${content}`]
  return listOf(content, 'content').map((block) => `${role}: ${anthropicBlock(block)}`)
}

const IMAGES: readonly unknown[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']

function anthropicBlock(block: AttributeValue): string {
  const type = field(block, 'type')
  const text = (key: string): string => textIn(block, key)
  if (type === 'text') return text('text')
  if (type === 'thinking') return `thinks ${text('thinking')}`
  if (type === 'tool_use') {
    if (!isObject(field(block, 'input'))) throw new Error('The input of a tool is an object.')
    return `calls ${text('name')} as ${text('id')}`
  }
  if (type === 'tool_result')
    return `result of ${text('tool_use_id')}: ${resultText(field(block, 'content'))}`
  const source = field(block, 'source')
  const isKnown = field(source, 'type') === 'url' || IMAGES.includes(field(source, 'media_type'))
  if (type === 'image' && isKnown) return '[image]'
  throw new Error(`There is no block ${JSON.stringify(type)}.`)
}

function resultText(content: AttributeValue | undefined): string {
  if (typeof content === 'string') return content
  return listOf(content, 'the content of a result').map(anthropicBlock).join(' ')
}

/** What the Chat tab shows of inputs and outputs with `mlflow.message.format` `gemini`, as lines. */
export function geminiChat(
  inputs: AttributeValue | undefined,
  outputs: AttributeValue | undefined,
): string[] {
  const contents = field(inputs, 'contents')
  const asked =
    typeof contents === 'string' ? [`user: ${contents}`] : listOf(contents, 'contents').flatMap(geminiContent)
  const answered = listOf(field(outputs, 'candidates'), 'candidates').map((one) => field(one, 'content'))
  return [...asked, ...answered.flatMap(geminiContent)]
}

function geminiContent(content: AttributeValue | undefined): string[] {
  const role = field(content, 'role') ?? 'model'
  if (role !== 'user' && role !== 'model') throw new Error(`There is no role ${JSON.stringify(role)}.`)
  const said = role === 'model' ? 'assistant' : role
  return listOf(field(content, 'parts'), 'parts').map((part) => `${said}: ${geminiPart(part)}`)
}

function geminiPart(part: AttributeValue): string {
  const text = field(part, 'text')
  if (typeof text === 'string') return field(part, 'thought') === true ? `thinks ${text}` : text
  const call = field(part, 'function_call')
  if (isObject(call)) return `calls ${textIn(call, 'name')} with ${JSON.stringify(field(call, 'args'))}`
  const response = field(part, 'function_response')
  if (isObject(response))
    return `result of ${textIn(response, 'name')}: ${JSON.stringify(field(response, 'response'))}`
  const data = field(part, 'inline_data') ?? field(part, 'file_data')
  if (isObject(data)) return `[${textIn(data, 'mime_type')}]`
  throw new Error(`There is no part like ${JSON.stringify(part)}.`)
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

function listOf(value: AttributeValue | undefined, what: string): readonly AttributeValue[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new Error(`${what}: a list, got ${JSON.stringify(value)}.`)
  return value
}

function textIn(value: AttributeValue | undefined, key: string): string {
  const text = field(value, key)
  if (typeof text !== 'string') throw new Error(`${key} is text, got ${JSON.stringify(text)}.`)
  return text
}

function field(value: AttributeValue | undefined, key: string): AttributeValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return undefined
  return value[key]
}
