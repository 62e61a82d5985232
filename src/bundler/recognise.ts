import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { TRACED_PACKAGES, type TracedPackage } from '../runtime/traced-packages.ts'
import { filesOf, type Manifest, type PackageFiles } from './package-files.ts'

/** A file whose exports an integration takes. */
export interface TracedFile {
  readonly traced: TracedPackage
  readonly version: string
  /** Of the package's `exports`: `.`, `./callbacks/manager`. */
  readonly subpath: string
  /** What the nearest `package.json` says of the format of `.js` files. */
  readonly type: string | undefined
}

/** Where a package begins, and what its files are. */
interface Folder {
  readonly dir: string
  readonly manifest: Manifest
  readonly type: string | undefined
  readonly traced: TracedPackage | undefined
  readonly files: PackageFiles | undefined
}

/** Files that may be those of installed packages. */
export const INSTALLED: RegExp = /[\\/]node_modules[\\/].*\.[cm]?js$/

/**
 * Tells whether the exports of a file are to be handed over, by the package that it belongs to. A package is known by
 * its name in `package.json`, so copies below other packages and aliases are found as well.
 */
export function createRecogniser(
  integrations: readonly string[] | undefined,
): (path: string) => TracedFile | undefined {
  const wanted = TRACED_PACKAGES.filter(
    ({ integration }) => integrations === undefined || integrations.includes(integration),
  )
  const folders = new Map<string, Folder | undefined>()
  return (path) => {
    const file = withoutQuery(path)
    if (!INSTALLED.test(file)) return undefined
    const folder = folderOf(dirname(file), wanted, folders)
    if (folder?.traced === undefined) return undefined
    const subpath = folder.files?.get(relative(folder.dir, file).split(sep).join('/'))
    if (subpath === undefined) return undefined
    return { traced: folder.traced, version: folder.manifest.version ?? '', subpath, type: folder.type }
  }
}

/** Bundlers put what they know about a module behind its path. */
const withoutQuery = (path: string): string => path.replace(/[?#].*$/, '')

function folderOf(
  dir: string,
  wanted: readonly TracedPackage[],
  folders: Map<string, Folder | undefined>,
): Folder | undefined {
  if (folders.has(dir)) return folders.get(dir)
  const manifest = readManifest(dir)
  // Folders inside a package may say their format in a package.json without a name.
  const found =
    manifest?.name === undefined ? inherited(dir, manifest, wanted, folders) : named(dir, manifest, wanted)
  folders.set(dir, found)
  return found
}

function inherited(
  dir: string,
  manifest: Manifest | undefined,
  wanted: readonly TracedPackage[],
  folders: Map<string, Folder | undefined>,
): Folder | undefined {
  const above = dirname(dir)
  if (above === dir) return undefined
  const folder = folderOf(above, wanted, folders)
  return folder !== undefined && manifest?.type !== undefined ? { ...folder, type: manifest.type } : folder
}

function named(dir: string, manifest: Manifest, wanted: readonly TracedPackage[]): Folder {
  const traced = wanted.find((one) => one.package === manifest.name)
  const files = traced && filesOf(traced, manifest)
  return { dir, manifest, type: manifest.type, traced, files }
}

function readManifest(dir: string): Manifest | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
    return typeof parsed === 'object' && parsed !== null ? (parsed as Manifest) : undefined
  } catch {
    return undefined
  }
}
