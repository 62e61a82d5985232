import { textIn } from '../snapshot/look.ts'
import type { Text } from './message-parts.ts'

/** The conventions' words for why an answer ended, by those of the providers. */
const REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_calls: 'tool_call',
  'tool-calls': 'tool_call',
  tool_use: 'tool_call',
  function_call: 'tool_call',
  refusal: 'content_filter',
  'content-filter': 'content_filter',
}

/** `reason` in the words of the conventions; one that they have none for stays as it is. `undefined` for what is no text. */
export function finishReason(reason: Text | undefined): Text | undefined {
  const said = typeof reason === 'string' ? reason : textIn(reason)
  if (said === undefined || reason === undefined) return undefined
  return Object.hasOwn(REASONS, said) ? REASONS[said] : reason
}
