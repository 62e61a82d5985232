import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'

/** A package as it is installed. */
export interface InstalledPackage {
  readonly name: string
  /** Folder, links resolved. */
  readonly dir: string
  readonly manifest: PackageManifest
}

/** What is read of a `package.json`. */
export interface PackageManifest {
  readonly version?: string
  readonly type?: string
  readonly main?: string
  readonly exports?: unknown
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The folders from which the application resolves its packages: that of its main file, then the current one. */
export function applicationFolders(): readonly string[] {
  const key = `${process.argv[1]}\n${process.cwd()}`
  if (known?.key === key) return known.folders
  const main = mainFile()
  const folders = [...new Set([...(main === undefined ? [] : [dirname(main)]), process.cwd()])]
  known = { key, folders }
  return folders
}

// Asked for once for each package that is looked for.
let known: { readonly key: string; readonly folders: readonly string[] } | undefined

/** The package as the application sees it; `undefined` when it is not installed there. */
export function findPackage(name: string): InstalledPackage | undefined {
  for (const folder of applicationFolders()) {
    for (const above of ancestors(folder)) {
      const dir = join(above, 'node_modules', name)
      const manifest = existsSync(join(dir, 'package.json')) ? readManifest(dir) : undefined
      if (manifest !== undefined) return { name, dir: realPath(dir), manifest }
    }
  }
  return undefined
}

/** Tells whether the application names a package among its dependencies; `true` where it has no `package.json` to say so. */
export function dependencyTest(): (name: string) => boolean {
  const manifests = applicationFolders().flatMap((folder) =>
    ancestors(folder).flatMap((dir) => readManifest(dir) ?? []),
  )
  if (manifests.length === 0) return () => true
  return (name) =>
    manifests.some(({ dependencies, devDependencies, optionalDependencies, peerDependencies }) =>
      [dependencies, devDependencies, optionalDependencies, peerDependencies].some(
        (listed) => typeof listed === 'object' && listed !== null && Object.hasOwn(listed, name),
      ),
    )
}

/** Whether the application's main file is CommonJS: then `require` brings its packages, else `import` does. */
export function mainIsCommonJs(): boolean {
  const main = mainFile()
  if (main === undefined) return false
  const extension = extname(main)
  if (extension === '.cjs' || extension === '.cts') return true
  if (extension === '.mjs' || extension === '.mts') return false
  const nearest = ancestors(dirname(main)).flatMap((dir) => readManifest(dir) ?? [])[0]
  return nearest?.type !== 'module'
}

function mainFile(): string | undefined {
  const given = process.argv[1]
  if (given === undefined || given === '' || given === '-') return undefined
  const path = resolve(given)
  const found = [path, `${path}.js`, join(path, 'index.js')].find((candidate) => existsSync(candidate))
  return found === undefined ? undefined : realPath(found)
}

function ancestors(folder: string): string[] {
  const all = [folder]
  for (let at = folder; dirname(at) !== at; at = dirname(at)) all.push(dirname(at))
  return all
}

function readManifest(dir: string): PackageManifest | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as PackageManifest
  } catch {
    return undefined
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
