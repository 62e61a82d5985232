import type { Api } from './api-copies.ts'
import { loadParts } from './api-parts.ts'

const API = '@opentelemetry/api'

/**
 * Loads the copies of OpenTelemetry's API in the package that this one gets: the one for `import`, and the one for
 * `require` where that is another. Loading them takes as long as loading and starting all of our own code. The build puts
 * other modules in the place of this one (see `#otel-api` in package.json): `otel-api-required.ts` into CommonJS,
 * `otel-api-bundled.ts` into bundled applications.
 *
 * @param folder - the folder of the package, where it is known
 * @param late - called with a copy that there is no way to have at once
 * @returns those that could be had at once
 */
export function loadApi(folder: string | undefined, late: (copy: Api) => void): readonly Api[] {
  const copies = required(folder, late)
  if (copies.length === 0) void import('@opentelemetry/api').then(late, () => undefined)
  return copies
}

// A module that `import` has loaded, or will load, is one and the same for `require` of its file: CommonJS always was,
// and Node 20.19 can do so with ES modules.
function required(folder: string | undefined, late: (copy: Api) => void): readonly Api[] {
  // A bundler took this file all the same: then the file that it came from, and what lies beside it, mean nothing.
  if (!/\/otel-api\.[jt]s$/.test(import.meta.url)) return []
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    const { fileURLToPath } = process.getBuiltinModule('node:url')
    const load = createRequire(import.meta.url)
    const parts = folder === undefined ? [] : loadParts(folder, load, late)
    if (parts.length > 0) return parts
    return [load(fileURLToPath(import.meta.resolve(API))), load(API)] as Api[]
  } catch {
    return []
  }
}
