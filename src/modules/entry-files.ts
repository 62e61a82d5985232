import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { KnownPackage } from './known-packages.ts'
import { type PackageFolder, readManifest } from './manifest.ts'

const EXTENSIONS: readonly string[] = ['.js', '.mjs', '.cjs']
const remembered = new Map<string, ReadonlyMap<string, string>>()

/**
 * The files of an installed package that are handed over, with the subpath that each stands for. A subpath has as many
 * files as it has conditions (`import`, `require`, `node`, ...): whoever loads one of them, it is recognised.
 */
export function entryFiles(known: KnownPackage, folder: PackageFolder): ReadonlyMap<string, string> {
  const before = remembered.get(folder.dir)
  if (before !== undefined) return before
  const files = new Map<string, string>()
  for (const subpath of known.subpaths) {
    for (const file of filesOf(folder, subpath)) files.set(file, subpath)
  }
  for (const path of known.files ?? []) {
    for (const extension of EXTENSIONS) {
      const file = join(folder.dir, `${path}${extension}`)
      if (!files.has(file)) files.set(file, `./${path}${extension}`)
    }
  }
  remembered.set(folder.dir, files)
  return files
}

/** Whether Node takes `file` for an ES module. */
export function isEsModule(file: string): boolean {
  if (!file.endsWith('.js')) return file.endsWith('.mjs') && existsSync(file)
  return existsSync(file) && typeOf(file) === 'module'
}

/** Of the nearest `package.json`, which may be one without a name beside the files of one format. */
function typeOf(file: string): unknown {
  for (let dir = dirname(file); dir !== dirname(dir); dir = dirname(dir)) {
    const manifest = readManifest(dir)
    if (manifest !== undefined) return manifest.type
  }
  return undefined
}

function filesOf({ dir, manifest }: PackageFolder, subpath: string): readonly string[] {
  const { exports, main, module } = manifest
  const listed =
    exports === undefined || exports === null
      ? withoutExports(subpath, [main, module])
      : leavesOf(targetOf(exports, subpath))
  return listed.filter((file) => !file.includes('.d.')).map((file) => join(dir, file))
}

/** As packages without `exports` are resolved: by `main`, by path, or by path with an extension. */
function withoutExports(subpath: string, mains: readonly unknown[]): readonly string[] {
  if (subpath !== '.') {
    return [subpath, ...EXTENSIONS.flatMap((one) => [`${subpath}${one}`, `${subpath}/index${one}`])]
  }
  const named = mains.filter((one) => typeof one === 'string')
  return [...named, ...named.map((one) => `${one}.js`), 'index.js', 'index.mjs', 'index.cjs']
}

/** All files below one target of `exports`, whatever the conditions. */
function leavesOf(target: unknown): readonly string[] {
  if (typeof target === 'string') return [target]
  if (typeof target !== 'object' || target === null) return []
  return Object.values(target).flatMap(leavesOf)
}

/** What `exports` has for `subpath`, the part that `*` stands for filled in. */
function targetOf(exports: unknown, subpath: string): unknown {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports)) {
    return subpath === '.' ? exports : undefined
  }
  const map = exports as Readonly<Record<string, unknown>>
  const keys = Object.keys(map)
  if (!keys.some((key) => key.startsWith('.'))) return subpath === '.' ? map : undefined
  if (Object.hasOwn(map, subpath)) return map[subpath]
  const patterns = keys.filter((key) => key.includes('*'))
  for (const pattern of patterns.sort((a, b) => b.indexOf('*') - a.indexOf('*'))) {
    const [before = '', after = ''] = pattern.split('*')
    if (!subpath.startsWith(before) || !subpath.endsWith(after)) continue
    if (subpath.length <= before.length + after.length) continue
    return filled(map[pattern], subpath.slice(before.length, subpath.length - after.length))
  }
  return undefined
}

function filled(target: unknown, part: string): unknown {
  if (typeof target === 'string') return target.replaceAll('*', part)
  if (Array.isArray(target)) return target.map((one) => filled(one, part))
  if (typeof target !== 'object' || target === null) return target
  return Object.fromEntries(Object.entries(target).map(([key, value]) => [key, filled(value, part)]))
}
