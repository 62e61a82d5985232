import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'

declare const __filename: string | undefined

/** What stands for the file of code that has none, a Worker's for one: nothing is there, and nothing beside it. */
const NO_FILE = '/turnspan-without-a-file.js'

/** Path of the built file that this code is in: ESM and CommonJS know it by different names. */
export function ownFile(): string {
  return ownFileIfAny() ?? NO_FILE
}

/**
 * The same; `undefined` where code has no file. The name of ESM is asked for first: `__filename` is a global there that
 * anybody may have set, and is some other file.
 */
export function ownFileIfAny(): string | undefined {
  // In CommonJS the build leaves nothing of it.
  const url: unknown = import.meta.url
  if (typeof url !== 'string') return typeof __filename === 'string' ? __filename : undefined
  return url.startsWith('file:') ? fileURLToPath(url) : undefined
}

/**
 * Path of the file that runs, as the engine knows it: in a bundle, the bundle. `undefined` for code without a file, and
 * where the engine does not tell.
 */
export function runningFile(): string | undefined {
  const before = Error.prepareStackTrace
  try {
    // As it runs, and not what source maps make of it.
    Error.prepareStackTrace = (_error, sites) => sites[0]?.getFileName()
    const name: unknown = new Error().stack
    if (typeof name !== 'string') return undefined
    return name.startsWith('file:') ? fileURLToPath(name) : isAbsolute(name) ? name : undefined
  } catch {
    return undefined
  } finally {
    quietlyRestore(before)
  }
}

function quietlyRestore(before: typeof Error.prepareStackTrace): void {
  try {
    Error.prepareStackTrace = before
  } catch {
    // Somebody froze Error, so it never changed.
  }
}
