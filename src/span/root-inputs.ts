import { contentOf } from './content/capture-content.ts'
import type { Content } from './content/content.ts'
import { isFields, isText } from './content/look-into.ts'
import { readContent } from './content/read-content.ts'
import { inputMessages } from './messages.ts'

/**
 * Inputs of a trace's root as MLflow's evaluation datasets take them, which is an object only: a question becomes the
 * messages of a chat, which its page shows as one; whatever else is no object stands under `input`.
 */
export function rootInputs(inputs: Content, isConversation: boolean): Content {
  if (isFields(inputs)) return inputs
  const value = readContent(inputs)
  if (isConversation && isText(inputs)) return contentOf({ messages: [{ role: 'user', content: value }] })
  if (isConversation && inputMessages(inputs) !== undefined) return contentOf({ messages: value })
  return contentOf({ input: value })
}
