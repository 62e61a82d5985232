import { pathToFileURL } from 'node:url'
import { handOver } from './arrivals.ts'
import { entryFiles, isEsModule } from './entry-files.ts'
import type { KnownPackage } from './known-packages.ts'
import type { PackageFolder } from './manifest.ts'
import { peek } from './peek.ts'

/**
 * Hands over the modules of one installed copy of a package that the program has imported already.
 *
 * @returns whether this runtime can tell; where it cannot, nothing was handed over
 */
export function takeImported(known: KnownPackage, copy: PackageFolder): boolean {
  const { name, version } = copy.manifest
  let tells = true
  for (const [file, subpath] of entryFiles(known, copy)) {
    // CommonJS that was imported stands in the cache of `require`, too.
    if (!isEsModule(file)) continue
    const module = {
      package: String(name),
      version: typeof version === 'string' ? version : undefined,
      subpath,
      file,
    }
    const peeked = peek(file)
    if (peeked.kind === 'loaded') handOver({ ...module, exports: peeked.exports })
    else if (peeked.kind === 'unknown') tells = false
    else if (peeked.kind === 'busy') {
      // The loader has it; this waits until it has run, and loads nothing.
      import(pathToFileURL(file).href).then(
        (exports: unknown) => handOver({ ...module, exports }),
        () => undefined,
      )
    }
  }
  return tells
}
