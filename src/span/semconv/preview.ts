import type { Captured } from '../capture/captured.ts'

const MAX_PREVIEW = 1000

/**
 * What MLflow would show of inputs or outputs in a list of traces: the text of the last message of `role` in a
 * conversation, else JSON text. MLflow itself makes it only for roots without a parent.
 */
export function previewOf(value: Captured, role: 'user' | 'assistant'): string {
  const text = messageText(value, role) ?? JSON.stringify(value)
  if (text.length <= MAX_PREVIEW) return text
  // A cut between the halves of a surrogate pair would leave text that no server stores.
  return `${text.slice(0, MAX_PREVIEW - 3).replace(/[\uD800-\uDBFF]$/, '')}...`
}

function messageText(value: Captured, role: string): string | undefined {
  if (!isFields(value)) return undefined
  const { choices, messages } = value
  const choice = Array.isArray(choices) ? choices[0] : undefined
  const answer = isFields(choice) && isFields(choice.message) ? [choice.message] : []
  const all = Array.isArray(messages) ? messages : answer
  const last = all.filter((message) => isFields(message) && message.role === role).at(-1)
  return isFields(last) ? contentText(last.content) : undefined
}

function contentText(content: Captured | undefined): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const part = content.find((each) => isFields(each) && typeof each.text === 'string')
  return isFields(part) ? String(part.text) : undefined
}

function isFields(value: Captured | undefined): value is { [key: string]: Captured } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
