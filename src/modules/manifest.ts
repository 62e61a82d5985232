import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What is read of a `package.json`. */
export interface PackageManifest {
  readonly name?: unknown
  readonly version?: unknown
  readonly type?: unknown
  readonly main?: unknown
  readonly module?: unknown
  readonly exports?: unknown
  readonly dependencies?: unknown
  readonly devDependencies?: unknown
  readonly optionalDependencies?: unknown
  readonly peerDependencies?: unknown
}

/** A package by its folder. */
export interface PackageFolder {
  readonly dir: string
  readonly manifest: PackageManifest
}

const manifests = new Map<string, PackageManifest | undefined>()
const MAX_REMEMBERED = 5000

/** The `package.json` of `dir`; `undefined` where there is none that can be read. Remembered. */
export function readManifest(dir: string): PackageManifest | undefined {
  const known = manifests.get(dir)
  if (known !== undefined || manifests.has(dir)) return known
  if (manifests.size >= MAX_REMEMBERED) manifests.clear()
  const manifest = parse(join(dir, 'package.json'))
  manifests.set(dir, manifest)
  return manifest
}

function parse(file: string): PackageManifest | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}

/** The package that `file` belongs to: the nearest folder above with a `package.json` that has a name. */
export function packageOfFile(file: string): PackageFolder | undefined {
  for (let dir = dirname(file); ; dir = dirname(dir)) {
    const manifest = readManifest(dir)
    if (typeof manifest?.name === 'string') return { dir, manifest }
    if (dir === dirname(dir)) return undefined
  }
}

/** Names of the packages that `manifest` lists, of whatever kind of dependency. */
export function dependenciesOf(manifest: PackageManifest): ReadonlySet<string> {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest
  const lists = [dependencies, devDependencies, optionalDependencies, peerDependencies]
  return new Set(
    lists.flatMap((list) => (typeof list === 'object' && list !== null ? Object.keys(list) : [])),
  )
}
