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
