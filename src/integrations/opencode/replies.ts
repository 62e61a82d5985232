import { read } from '../base/index.ts'

/** Replies by the messages that they answer, in their order. */
export function repliesByParent(messages: readonly unknown[] | undefined): Map<unknown, unknown[]> {
  const found = new Map<unknown, unknown[]>()
  for (const message of messages ?? []) {
    if (read(message, 'info', 'role') !== 'assistant') continue
    const parent = read(message, 'info', 'parentID')
    const replies = found.get(parent)
    if (replies === undefined) found.set(parent, [message])
    else replies.push(message)
  }
  return found
}

/** Whether the last of these replies is complete. */
export function isOver(replies: readonly unknown[]): boolean {
  const info = read(replies.at(-1), 'info')
  return read(info, 'time', 'completed') !== undefined || read(info, 'error') !== undefined
}

/** IDs that were seen, the last ones of the process. */
export interface Known {
  has(id: unknown): boolean
  add(id: unknown): void
}

const MAX_KNOWN = 10_000

export function createKnown(): Known {
  const ids = new Set<unknown>()
  return {
    has: (id) => ids.has(id),
    add(id) {
      if (ids.size >= MAX_KNOWN) ids.delete(ids.values().next().value)
      ids.add(id)
    },
  }
}
