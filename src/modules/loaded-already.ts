import { pathToFileURL } from 'node:url'
import { realTime, withoutHold } from '../runtime/real-time.ts'
import { handOver, type LoadedModule } from './arrivals.ts'
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
    if (!take(file, module, 0)) tells = false
  }
  return tells
}

/** A module that the program is about to run is looked at again, at the end of this turn and then for some seconds. */
const WAITS_MS: readonly number[] = [0, 10, 50, 200, 1000, 5000]

/** @returns whether this runtime can tell */
function take(file: string, module: Omit<LoadedModule, 'exports'>, time: number): boolean {
  const peeked = peek(file)
  if (peeked.kind === 'loaded') handOver({ ...module, exports: peeked.exports })
  else if (peeked.kind === 'busy') {
    // The loader has it; this waits until it has run, and loads nothing.
    import(pathToFileURL(file).href).then(
      (exports: unknown) => handOver({ ...module, exports }),
      () => undefined,
    )
  } else if (peeked.kind === 'linked') {
    const again = (): void => void take(file, module, time + 1)
    const wait = WAITS_MS[time]
    if (wait === 0) queueMicrotask(again)
    else if (wait !== undefined) withoutHold(realTime.start(again, wait))
  }
  return peeked.kind !== 'unknown'
}
