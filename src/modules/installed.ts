import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { dependenciesOf, type PackageFolder, packageOfFile, readManifest } from './manifest.ts'

const MODULES = 'node_modules'
const MAX_FOLDERS = 200

/**
 * The copies of `names` that the program can reach from `files`, its own files, as Node resolves them: the folders
 * `node_modules` above each, those of libraries of the same workspace that it depends on, copies nested below a
 * dependency, and the store of pnpm. The current directory is never looked at: whoever chooses it does not choose code.
 */
export function installedCopies(
  names: readonly string[],
  files: readonly string[],
): readonly PackageFolder[] {
  const found = new Map<string, PackageFolder>()
  const add = (dir: string): void => {
    const real = realPath(dir)
    const manifest = found.has(real) ? undefined : readManifest(real)
    if (typeof manifest?.name === 'string' && names.includes(manifest.name)) {
      found.set(real, { dir: real, manifest })
    }
  }
  for (const folder of searched(files)) {
    const modules = join(folder, MODULES)
    if (!existsSync(modules)) continue
    for (const name of names) if (existsSync(join(modules, name))) add(join(modules, name))
    for (const dir of inStore(modules, names)) add(dir)
  }
  for (const dir of inPlugAndPlay(names)) add(dir)
  return [...found.values()]
}

/** Folders whose `node_modules` count: those above the files, and those of what these depend on. */
function searched(files: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>()
  const visited = new Set<string>()
  const visit = (file: string): void => {
    for (const folder of above(dirname(file))) folders.add(folder)
    const own = packageOfFile(file)
    if (own === undefined || visited.has(own.dir) || visited.size >= MAX_FOLDERS) return
    visited.add(own.dir)
    for (const name of dependenciesOf(own.manifest)) {
      const dir = above(own.dir)
        .map((folder) => join(folder, MODULES, name))
        .find((one) => existsSync(one))
      if (dir === undefined) continue
      if (isLinkOut(dir)) visit(join(realPath(dir), 'package.json'))
      else if (existsSync(join(dir, MODULES))) folders.add(dir)
    }
  }
  for (const file of files) visit(realPath(file))
  return folders
}

/** A link to a folder that is not below `node_modules`: a library of the same workspace. */
function isLinkOut(dir: string): boolean {
  try {
    return lstatSync(dir).isSymbolicLink() && !realPath(dir).includes(`${sep}${MODULES}${sep}`)
  } catch {
    return false
  }
}

/** pnpm keeps each version once, in folders called `openai@6.1.0` or `@scope+name@1.0.0_peer@2.0.0`. */
function inStore(modules: string, names: readonly string[]): readonly string[] {
  const store = join(modules, '.pnpm')
  if (!existsSync(store)) return []
  try {
    const entries = readdirSync(store)
    return names.flatMap((name) =>
      entries
        .filter((entry) => entry.startsWith(`${name.replaceAll('/', '+')}@`))
        .map((entry) => join(store, entry, MODULES, name)),
    )
  } catch {
    return []
  }
}

interface Locator {
  readonly name: string | null
}

interface PlugAndPlay {
  getAllLocators?(): readonly Locator[]
  getPackageInformation?(locator: Locator): { readonly packageLocation: string } | null
}

/** Yarn's Plug'n'Play has no folders; its runtime, which is loaded into the process, tells where packages are. */
function inPlugAndPlay(names: readonly string[]): readonly string[] {
  if (process.versions.pnp === undefined) return []
  try {
    const { findPnpApi } = process.getBuiltinModule('node:module') as unknown as {
      findPnpApi?(file: string): PlugAndPlay | null
    }
    const api = findPnpApi?.(process.argv[1] ?? '')
    const locators = api?.getAllLocators?.() ?? []
    return locators
      .filter(({ name }) => name !== null && names.includes(name))
      .flatMap((locator) => api?.getPackageInformation?.(locator)?.packageLocation ?? [])
  } catch {
    return []
  }
}

function above(folder: string): string[] {
  const all = [folder]
  for (let at = folder; dirname(at) !== at; at = dirname(at)) all.push(dirname(at))
  return all
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
