import { Module } from 'node:module'
import { join, sep } from 'node:path'
import { ownFile, runningFile } from '../runtime/own-file.ts'
import { handOver } from './arrivals.ts'
import { entryFiles, isEsModule } from './entry-files.ts'
import type { KnownPackage } from './known-packages.ts'
import { dependenciesOf, type PackageFolder, packageOfFile } from './manifest.ts'
import { peek } from './peek.ts'
import { programFiles } from './program-files.ts'

/**
 * Whether the loader that can be watched is the one that loads the program. Where it is not (Jest has its own, Deno
 * shows nothing of its), this very module is unknown to it.
 */
export function seesLoader(): boolean {
  if (process.versions.deno !== undefined) return false
  const file = ownFile()
  if (isLoaded(file)) return true
  // webpack writes the path of the source into a bundle, which is not the file that runs.
  const running = runningFile()
  if (running === undefined) return Module instanceof Function
  return running !== file && isLoaded(running)
}

function isLoaded(file: string): boolean {
  const cache = (Module as unknown as { _cache?: Readonly<Record<string, unknown>> })._cache
  if (cache?.[file] !== undefined) return true
  const { kind } = peek(file)
  return kind === 'loaded' || kind === 'busy' || kind === 'linked'
}

/** Packages that the program's own manifests list. */
export function declaredPackages(): ReadonlySet<string> {
  const manifests = programFiles().flatMap((file) => packageOfFile(file)?.manifest ?? [])
  return new Set(
    manifests.filter(({ name }) => name !== 'turnspan').flatMap((manifest) => [...dependenciesOf(manifest)]),
  )
}

/**
 * Loads the modules of a package that the program lists among its dependencies, as it would itself: where nobody can
 * tell what is loaded, that is the only way to reach them before the program's next line.
 */
export function loadDeclared(known: KnownPackage, copy: PackageFolder): void {
  const { name, version } = copy.manifest
  const require = Module.createRequire(besideModules(copy.dir))
  const deno = process.versions.deno !== undefined
  const taken = new Set<string>()
  for (const [file, subpath] of entryFiles(known, copy)) {
    // Deno gives `require` of an ES module the one that `import` gives; Jest has its own `require`, and its condition.
    const asked = deno ? file : `${name}${subpath.slice(1)}`
    if (taken.has(asked) || (deno ? !isEsModule(file) : subpath.startsWith('./dist/'))) continue
    taken.add(asked)
    try {
      const exports: unknown = require(asked)
      const module = {
        package: String(name),
        version: typeof version === 'string' ? version : undefined,
        subpath,
        file,
        exports,
      }
      // One that runs right now has not exported everything yet; CommonJS has when the program's turn is over.
      if (require.cache?.[file]?.loaded === false) queueMicrotask(() => handOver(module))
      else handOver(module)
    } catch {
      // Not there under this condition, or only to be had by `import()`.
    }
  }
}

/** A path from which the package in `dir` is resolved by its name. */
function besideModules(dir: string): string {
  const at = dir.lastIndexOf(`${sep}node_modules${sep}`)
  return join(at < 0 ? dir : dir.slice(0, at), 'package.json')
}
