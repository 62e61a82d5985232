import type { Captured } from './captured.ts'
import {
  all,
  type Fields,
  fieldsOf,
  parsedArguments,
  reasoningPart,
  textPart,
  toolCallPart,
  toolResponsePart,
} from './message-parts.ts'

/** Messages of a request of OpenAI's Responses API: its `instructions`, then its `input`, a text or a list of items. */
export function responsesInput({ input, instructions }: Fields): Captured[] | undefined {
  const before = typeof instructions === 'string' ? [{ role: 'system', parts: [textPart(instructions)] }] : []
  if (typeof input === 'string') return [...before, { role: 'user', parts: [textPart(input)] }]
  if (!Array.isArray(input)) return undefined
  const items = all(input.map((item) => messageOf(item)))
  return items && [...before, ...items]
}

/** The items of an answer of the Responses API, as one message. */
export function responsesOutput(output: readonly Captured[]): Captured[] | undefined {
  const messages = all(output.map((item) => messageOf(item)))
  if (messages === undefined || messages.length === 0) return undefined
  const parts = messages.flatMap((message) => message.parts as Captured[])
  const calls = parts.some((part) => fieldsOf(part)?.type === 'tool_call')
  return [{ role: 'assistant', parts, finish_reason: calls ? 'tool_call' : 'stop' }]
}

function messageOf(item: Captured): Fields | undefined {
  const fields = fieldsOf(item)
  if (fields === undefined) return undefined
  const { type, role } = fields
  if (type === 'function_call') {
    const call = toolCallPart(fields.call_id, fields.name, parsedArguments(fields.arguments ?? null))
    return { role: 'assistant', parts: [call] }
  }
  if (type === 'function_call_output') {
    return { role: 'tool', parts: [toolResponsePart(fields.call_id, fields.output)] }
  }
  if (type === 'reasoning') return { role: 'assistant', parts: summaryOf(fields) }
  if (typeof role === 'string') return { role, parts: contentOf(fields.content ?? null) }
  // Calls of tools that run at the provider, references: part types of one's own are allowed.
  return typeof type === 'string' ? { role: 'assistant', parts: [fields] } : undefined
}

function summaryOf({ summary, content }: Fields): Captured[] {
  return [summary, content].flatMap((list) =>
    (Array.isArray(list) ? list : []).flatMap((part) => {
      const text = fieldsOf(part)?.text
      return typeof text === 'string' ? [reasoningPart(text)] : []
    }),
  )
}

function contentOf(content: Captured): Captured[] {
  if (typeof content === 'string') return [textPart(content)]
  if (!Array.isArray(content)) return []
  return content.map((part) => {
    const fields = fieldsOf(part)
    const text = fields?.text ?? fields?.refusal
    return typeof text === 'string' ? textPart(text) : part
  })
}
