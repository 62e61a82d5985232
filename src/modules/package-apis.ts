import { createRequire } from 'node:module'
import { join } from 'node:path'
import { API } from '../runtime/api-folder.ts'
import { packageOfFile } from './manifest.ts'
import { peek } from './peek.ts'

/**
 * The copies of OpenTelemetry's API that the package which `file` belongs to uses: what `require` gave it, and what
 * `import` gave it. From version 1.10 on these are two. Nothing is loaded.
 */
export function packageApis(file: string): readonly unknown[] {
  try {
    const require = createRequire(file)
    const required = require.resolve(API)
    const copies: unknown[] = []
    const cached = require.cache[required]
    if (cached?.loaded) copies.push(cached.exports)
    const folder = packageOfFile(required)
    for (const path of folder === undefined ? [] : modulePaths(folder.manifest.exports)) {
      const peeked = peek(join(folder?.dir ?? '', path))
      if (peeked.kind === 'loaded') copies.push(peeked.exports)
    }
    return copies
  } catch {
    // A package without its dependency, or a bundle.
    return []
  }
}

/** The files that `import` may take for the package's main module. */
function modulePaths(exports: unknown): readonly string[] {
  const main = (exports as Readonly<Record<string, unknown>> | undefined)?.['.'] ?? exports
  return stringsOf(main).filter((path) => /\.m?js$/.test(path))
}

function stringsOf(target: unknown): readonly string[] {
  if (typeof target === 'string') return [target]
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(stringsOf) : []
}
