import type { Api } from './api-copies.ts'
import { loadParts } from './api-parts.ts'

/** Becomes `require` in the build. */
declare const requireNow: (name: string) => Api

declare const __filename: string

/** What stands in the place of `otel-api.ts` in CommonJS; nothing where the package is not there. */
export function loadApi(folder: string | undefined, late: (copy: Api) => void): readonly Api[] {
  try {
    // In a bundle, what lies beside its file means nothing.
    const parts = folder !== undefined && isOwnFile() ? loadParts(folder, loader(), late) : []
    return parts.length > 0 ? parts : [requireNow('@opentelemetry/api')]
  } catch {
    return []
  }
}

const isOwnFile = (): boolean => /[\\/]otel-api\.cjs$/.test(__filename)

const loader = (): ((path: string) => unknown) =>
  process.getBuiltinModule('node:module').createRequire(__filename)
