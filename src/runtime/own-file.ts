import { fileURLToPath } from 'node:url'

declare const __filename: string | undefined

/**
 * Path of the built file that this code is in: ESM and CommonJS know it by different names. The one of ESM is asked for
 * first: `__filename` is a global there that anybody may have set, and is some other file.
 */
export function ownFile(): string {
  // In CommonJS the build leaves nothing of it.
  const url: unknown = import.meta.url
  if (typeof url !== 'string' && typeof __filename === 'string') return __filename
  return fileURLToPath(url as string)
}
