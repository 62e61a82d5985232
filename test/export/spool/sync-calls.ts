import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** Calls of the file system that hold up everything else. */
export interface SyncCalls {
  /** The most in one turn of the event loop. */
  mostInATurn(): number
  /** All of the functions of these names, or all. */
  count(...names: readonly string[]): number
  stop(): void
}

/** Counts the calls of `node:fs` that are synchronous, until it is stopped. */
export function countSyncCalls(): SyncCalls {
  const originals = new Map<string, unknown>()
  const counts = new Map<string, number>()
  const functions = fs as unknown as Record<string, (...args: unknown[]) => unknown>
  let [inTurn, most] = [0, 0]
  for (const [name, original] of Object.entries(functions)) {
    if (!name.endsWith('Sync') || typeof original !== 'function') continue
    originals.set(name, original)
    functions[name] = (...args) => {
      inTurn += 1
      most = Math.max(most, inTurn)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      return original.apply(fs, args)
    }
  }
  syncBuiltinESMExports()
  const turn = (): void => {
    inTurn = 0
    next = setImmediate(turn).unref()
  }
  let next = setImmediate(turn).unref()
  return {
    mostInATurn: () => most,
    count: (...names) =>
      [...counts].reduce((sum, [name, n]) => (names.length === 0 || names.includes(name) ? sum + n : sum), 0),
    stop() {
      clearImmediate(next)
      Object.assign(functions, Object.fromEntries(originals))
      syncBuiltinESMExports()
    },
  }
}
