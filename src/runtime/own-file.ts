import { fileURLToPath } from 'node:url'

declare const __filename: string | undefined

/** Path of the built file that this code is in: ESM and CommonJS know it by different names. */
export function ownFile(): string {
  if (typeof __filename === 'string') return __filename
  return fileURLToPath(import.meta.url)
}
