import { isFields, isText } from '../snapshot/look.ts'
import { plainOf } from '../snapshot/plain.ts'
import { type Snapshot, snapshotOf } from '../snapshot/snapshot.ts'
import { inputMessages } from './messages.ts'

/**
 * Inputs of a trace's root as MLflow's evaluation datasets take them, which is an object only: a question becomes the
 * messages of a chat, which its page shows as one; whatever else is no object stands under `input`.
 */
export function rootInputs(inputs: Snapshot, isConversation: boolean): Snapshot {
  if (isFields(inputs)) return inputs
  const value = plainOf(inputs)
  if (isConversation && isText(inputs)) return snapshotOf({ messages: [{ role: 'user', content: value }] })
  if (isConversation && inputMessages(inputs) !== undefined) return snapshotOf({ messages: value })
  return snapshotOf({ input: value })
}
