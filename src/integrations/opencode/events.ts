import { types } from 'node:util'
import { thenPlainly } from '../../tracing/native-promise.ts'
import { isObject, type Method, quietly, read, text } from '../base/index.ts'
import type { Turns } from './turns.ts'

/** Observes a stream of events that the program reads: from it alone it is known when a turn ends that nobody waits for. */
export function observeStream(original: Method, turns: Turns): Method {
  return function (this: unknown, ...args: unknown[]): unknown {
    const returned: unknown = Reflect.apply(original, this, args)
    if (!types.isPromise(returned)) return returned
    return thenPlainly(
      returned,
      (result): unknown => {
        quietly(() => watch(result, turns))
        return result
      },
      (error): never => {
        throw error
      },
    )
  } as Method
}

function watch(result: unknown, turns: Turns): void {
  const stream = read(result, 'stream')
  const next = read(stream, 'next')
  if (!isObject(stream) || typeof next !== 'function') return
  Object.defineProperty(stream, 'next', {
    configurable: true,
    writable: true,
    value: async (...args: unknown[]): Promise<unknown> => {
      const item: unknown = await Reflect.apply(next as Method, stream, args)
      await heard(read(item, 'value'), turns)
      return item
    },
  })
}

async function heard(event: unknown, turns: Turns): Promise<void> {
  // Those of all directories have the event inside.
  const told = read(event, 'payload') ?? event
  const type = read(told, 'type')
  if (type !== 'session.idle' && type !== 'session.error') return
  const sessionId = text(read(told, 'properties', 'sessionID'))
  if (sessionId !== undefined) await turns.settled(sessionId, read(told, 'properties', 'error'))
}
