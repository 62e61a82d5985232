import type { Captured } from './captured.ts'

/** An object of captured values. */
export type Fields = { [key: string]: Captured }

/** Whether `value` is an object with members, and which. */
export function fieldsOf(value: Captured | undefined): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

/** All of `items`, or `undefined` when one of them is missing. */
export function all<T>(items: readonly (T | undefined)[]): T[] | undefined {
  return items.every((item) => item !== undefined) ? (items as T[]) : undefined
}

export const textPart = (content: string): Fields => ({ type: 'text', content })

export const reasoningPart = (content: string): Fields => ({ type: 'reasoning', content })

export const toolCallPart = (
  id: Captured | undefined,
  name: Captured | undefined,
  args: Captured,
): Fields => ({
  type: 'tool_call',
  id: id ?? null,
  name: name ?? '',
  arguments: args,
})

export const toolResponsePart = (id: Captured | undefined, response: Captured | undefined): Fields => ({
  type: 'tool_call_response',
  id: id ?? null,
  response: response ?? null,
})

/** Arguments arrive as JSON text from OpenAI; the conventions have them as an object. */
export function parsedArguments(value: Captured): Captured {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as Captured
  } catch {
    return value
  }
}
