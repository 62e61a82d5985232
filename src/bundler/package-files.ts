import type { TracedPackage } from '../runtime/traced-packages.ts'

/** What is read of a `package.json`. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly type?: string
  readonly main?: string
  readonly module?: string
  readonly exports?: unknown
}

/** Files of a package to take its exports from: path inside the package → subpath, such as `.` or `./client`. */
export type PackageFiles = ReadonlyMap<string, string>

/**
 * The files that stand for the modules of `traced` in the copy of the package that `manifest` describes, under whatever
 * condition: which of them a bundler takes is its own affair.
 */
export function filesOf(traced: TracedPackage, manifest: Manifest): PackageFiles {
  const files = new Map<string, string>()
  for (const file of traced.files ?? []) {
    for (const extension of ['.js', '.mjs', '.cjs']) files.set(file + extension, `./${file}`)
  }
  for (const specifier of traced.specifiers) {
    const subpath = `.${specifier.slice(traced.package.length)}`
    for (const target of targetsOf(manifest, subpath)) files.set(withoutDot(target), subpath)
  }
  return files
}

function targetsOf({ exports, main, module }: Manifest, subpath: string): string[] {
  if (exports !== undefined && exports !== null) return leaves(subpathTarget(exports, subpath))
  if (subpath !== '.') return spellings(subpath)
  return [...spellings(main ?? 'index'), ...(module === undefined ? [] : spellings(module))]
}

/** The files that a path without `exports` may mean. */
function spellings(path: string): string[] {
  if (/\.[cm]?js$/.test(path)) return [path]
  return [`${path}.js`, `${path}.mjs`, `${path}.cjs`, `${path}/index.js`]
}

const withoutDot = (path: string): string => path.replace(/^(\.\/)+/, '')

/** What `exports` has for `subpath`, the part that `*` stands for filled in. */
function subpathTarget(exports: unknown, subpath: string): unknown {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports))
    return subpath === '.' ? exports : undefined
  const map = exports as Readonly<Record<string, unknown>>
  const keys = Object.keys(map)
  if (!keys.some((key) => key.startsWith('.'))) return subpath === '.' ? map : undefined
  if (Object.hasOwn(map, subpath)) return map[subpath]
  const patterns = keys.filter((key) => key.includes('*'))
  for (const pattern of patterns.sort((a, b) => b.indexOf('*') - a.indexOf('*'))) {
    const [before = '', after = ''] = pattern.split('*')
    if (!subpath.startsWith(before) || !subpath.endsWith(after)) continue
    if (subpath.length <= before.length + after.length) continue
    const part = subpath.slice(before.length, subpath.length - after.length)
    return leaves(map[pattern]).map((target) => target.replaceAll('*', part))
  }
  return undefined
}

/** Every file that a target names, whatever its conditions; declarations left out. */
function leaves(target: unknown): string[] {
  if (typeof target === 'string') return /\.[cm]?js$/.test(target) || target.includes('*') ? [target] : []
  if (typeof target !== 'object' || target === null) return []
  return Object.values(target).flatMap(leaves)
}
