import { types } from 'node:util'
import { thenPlainly } from '../../tracing/native-promise.ts'

/**
 * Tells what becomes of a promise that the AI SDK itself waits for, before the AI SDK hears of it. Returns what it has to wait for.
 */
export function observed<T>(promise: T, done: (value: unknown) => void, failed: (error: unknown) => void): T {
  const quietly =
    (tell: (what: unknown) => void) =>
    (what: unknown): void => {
      try {
        tell(what)
      } catch {
        // A fault of ours must not reach the program.
      }
    }
  if (types.isPromise(promise)) {
    void thenPlainly(promise, quietly(done), quietly(failed))
    return promise
  }
  // Another integration's own kind of promise: its `then` is called once, by the one that is handed on.
  return (async () => {
    try {
      const value: unknown = await promise
      quietly(done)(value)
      return value
    } catch (error) {
      quietly(failed)(error)
      throw error
    }
  })() as T
}

/** What `begin` gives; nothing where it fails, by a fault of ours: then the program's call goes on untraced. */
export function attempted<T>(begin: () => T): T | undefined {
  try {
    return begin()
  } catch {
    return undefined
  }
}
