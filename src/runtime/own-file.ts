import { fileURLToPath } from 'node:url'

declare const __filename: string | undefined

/** What stands for the file of code that has none, a Worker's for one: nothing is there, and nothing beside it. */
const NO_FILE = '/turnspan-without-a-file.js'

/** Path of the built file that this code is in: ESM and CommonJS know it by different names. */
export function ownFile(): string {
  return ownFileIfAny() ?? NO_FILE
}

/** The same; `undefined` where code has no file. */
export function ownFileIfAny(): string | undefined {
  if (typeof __filename === 'string') return __filename
  const url: unknown = import.meta.url
  return typeof url === 'string' && url.startsWith('file:') ? fileURLToPath(url) : undefined
}
