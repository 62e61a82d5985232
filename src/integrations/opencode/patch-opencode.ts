import { createHarness } from '../base/harness/index.ts'
import { isObject, type Patches, read } from '../base/index.ts'
import { observeStream } from './events.ts'
import { Turns } from './turns.ts'

/**
 * Observes the methods by which a client asks a session for a turn, and its stream of events, by which it hears when a turn
 * is over that it does not wait for.
 *
 * @param copy - exports of the package or of its `/v2`, or a client
 * @returns whether it is one of them
 */
export function patchOpenCode(copy: unknown, patches: Patches): boolean {
  const client = clientOf(copy)
  const sessions = prototypeOf(read(client, 'session'))
  if (sessions === undefined) return false
  const turns = new Turns(createHarness({ name: 'opencode' }))
  const isThere = patches.wrap(sessions, 'prompt', turns.observePrompt)
  patches.wrap(sessions, 'command', turns.observePrompt)
  patches.wrap(sessions, 'promptAsync', turns.observePromptAsync)
  const streams = [
    ['event', 'subscribe'],
    ['global', 'event'],
  ] as const
  for (const [name, method] of streams) {
    patches.wrap(prototypeOf(read(client, name)), method, (original) => observeStream(original, turns))
  }
  return isThere
}

const prototypeOf = (value: unknown): object | undefined =>
  isObject(value) ? (Object.getPrototypeOf(value) as object) : undefined

/** The classes of a client's parts are not exported: a client has them, also one that reaches nothing. */
function clientOf(copy: unknown): unknown {
  const given = read(copy, 'OpencodeClient')
  if (typeof given !== 'function') return copy
  try {
    // Version 2 keeps its clients by their keys, and the program's first one is that without a key.
    return new (given as new (args: object) => unknown)({ client: {}, key: 'turnspan' })
  } catch {
    return undefined
  }
}
