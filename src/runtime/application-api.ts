import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { addApiCopy } from './api-copies.ts'
import { apiFolder } from './api-folder.ts'
import { loadApi } from './otel-api.ts'
import { apiGlobals } from './otel-context.ts'
import { ownFile } from './own-file.ts'

/** Whether the package that we get was loaded, or looked for by `import`. */
const met = { loaded: false, imported: false }

/**
 * Takes note of the copies of OpenTelemetry's API in this process, and loads those of the package that we get where we
 * have to stand in for what nobody has registered: a tracer provider, or contexts.
 */
export function findApplicationApi(): void {
  for (const copy of requiredCopies()) addApiCopy(copy)
  const { trace, context } = apiGlobals() ?? {}
  const isNeeded = trace === undefined || context === undefined
  if (met.loaded || (met.imported && !isNeeded)) return
  const folder = apiFolder(ownFile())
  if (isNeeded) {
    met.loaded = true
    for (const copy of loadApi(folder, addApiCopy)) addApiCopy(copy)
  } else if (folder !== undefined) {
    met.imported = true
    addImportedCopy(folder)
  }
}

/** The copies that `require` has loaded, of every package that brought one. Those for `import` cannot be asked for. */
function requiredCopies(): readonly unknown[] {
  try {
    const { cache } = createRequire(ownFile())
    return Object.keys(cache).flatMap((key) => {
      if (!TRACE_FILE.test(key)) return []
      const part = (name: string): unknown => cache[key.replace(TRACE_FILE, `$1${name}-api$2`)]?.exports
      const context = part('context')
      return context === undefined ? [] : [Object.assign({}, part('trace'), context, part('propagation'))]
    })
  } catch {
    // A runtime without `require`.
    return []
  }
}

const TRACE_FILE = /([\\/]@opentelemetry[\\/]api[\\/](?:build[\\/]src|dist)[\\/])trace-api(\.c?js)$/

/**
 * Takes note of the copy that `import` gives, where the package has one for it alone: tracers that were fetched from it
 * before another copy registered a provider lead nowhere. Whether it is loaded cannot be asked, so it is loaded.
 */
function addImportedCopy(folder: string): void {
  const files = ['trace', 'context'].map((part) => `${folder}/dist/${part}-api.mjs`)
  if (!existsSync(files[0] ?? '')) return
  const add = (parts: readonly object[]): void => void addApiCopy(Object.assign({}, ...parts))
  try {
    add(files.map(createRequire(ownFile())))
  } catch {
    // Node cannot require ES modules: it comes a moment later.
  }
  // Under loaders like tsx `require` has a copy of its own.
  Promise.all(files.map((file) => import(pathToFileURL(file).href))).then(add, () => undefined)
}
