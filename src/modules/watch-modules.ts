import { processWide } from '../runtime/registry.ts'
import { hasArrived, type LoadedModule, onModule } from './arrivals.ts'
import { declaredPackages, loadDeclared, seesLoader } from './blind.ts'
import { installedCopies } from './installed.ts'
import { KNOWN_INTEGRATIONS, knownPackage, traced } from './known-packages.ts'
import { takeImported } from './loaded-already.ts'
import type { PackageFolder } from './manifest.ts'
import { programFiles } from './program-files.ts'
import { bun, takeLoadedByBun, watchBun } from './watch-bun.ts'
import { watchImport, watchImportByThread } from './watch-import.ts'
import { takeRequired, watchRequire } from './watch-require.ts'

interface State {
  users: number
  /** How many listeners there are for each package. */
  readonly watched: Map<string, number>
  undo: (() => void) | undefined
}

const state = (): State =>
  processWide('module-watch', (): State => ({ users: 0, watched: new Map(), undo: undefined }))

/**
 * Calls `listener` with every module of `packages` that the program has loaded and that it will load. Nothing is loaded
 * for it, and a package that the program does not use costs nothing.
 *
 * @returns ends that
 */
export function watchModules(
  packages: readonly string[],
  listener: (module: LoadedModule) => void,
): () => void {
  const current = state()
  current.users += 1
  const stop = onModule((module) => {
    if (packages.includes(module.package)) listener(module)
  })
  current.undo ??= watchLoader()
  // What is watched already has been looked at. Modules of it may be about to run, and looking again would run them before
  // their turn: an integration is loaded while the program loads the package.
  const unseen = packages.filter((name) => !current.watched.has(name))
  count(packages, 1)
  takeInstalled(unseen)
  let watching = true
  return () => {
    stop()
    if (!watching) return
    watching = false
    count(packages, -1)
    current.users -= 1
    if (current.users > 0) return
    current.undo?.()
    current.undo = undefined
  }
}

function count(packages: readonly string[], more: 1 | -1): void {
  const { watched } = state()
  for (const name of packages) {
    const listeners = (watched.get(name) ?? 0) + more
    if (listeners > 0) watched.set(name, listeners)
    else watched.delete(name)
  }
}

/** Watches what is loaded from now on, and takes what has been required. */
function watchLoader(): () => void {
  if (bun() !== undefined) {
    watchBun()
    takeLoadedByBun()
    return () => undefined
  }
  const undos = [watchRequire(), ...(process.versions.deno === undefined ? [watchImport()] : [])]
  takeRequired()
  return () => {
    for (const undo of undos) undo()
  }
}

/** Hands over what the program has imported of these packages already. */
function takeInstalled(packages: readonly string[]): void {
  if (bun() !== undefined) return
  const seen = seesLoader()
  const declared = seen ? undefined : declaredPackages()
  for (const copy of copiesOf(packages)) {
    const name = String(copy.manifest.name)
    const known = knownPackage(name)
    if (known === undefined) continue
    if (seen) takeImported(known, copy)
    else if (declared?.has(name)) loadDeclared(known, copy)
    if (seen && !hasArrived(copy.dir)) watchImportByThread()
  }
}

/** Installed copies of these packages, as far as the program's own files reach them. */
export function copiesOf(packages: readonly string[]): readonly PackageFolder[] {
  const files = programFiles()
  const key = files.join('\n')
  if (looked?.key !== key) looked = { key, copies: allCopies(files) }
  return looked.copies.filter(({ manifest }) => packages.includes(String(manifest.name)))
}

// Asked for by each integration; what is installed stays where it is while a program runs.
let looked: { readonly key: string; readonly copies: readonly PackageFolder[] } | undefined

function allCopies(files: readonly string[]): readonly PackageFolder[] {
  try {
    const names = KNOWN_INTEGRATIONS.flatMap(({ packages }) => traced(packages).map(({ name }) => name))
    return installedCopies(names, files)
  } catch {
    // Folders that this process must not read.
    return []
  }
}
