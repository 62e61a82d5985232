import { createRequire, Module } from 'node:module'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findPackage, type InstalledPackage, mainIsCommonJs } from '../../runtime/application.ts'
import type { Method } from './method.ts'
import { createPatches, type Patches } from './patch.ts'

/** Takes one copy of a module: its exports. */
export type TakeCopy = (exports: unknown) => void

/**
 * Hands over the copies of a module that the application has, and those that it will load. CommonJS and ESM builds are
 * copies of their own. Copies loaded by `require` are taken from its cache, and then as they are loaded. The ESM
 * copy cannot be asked whether it is loaded already, so it is loaded now, unless the application is CommonJS.
 *
 * @param specifier - as it is imported: `openai`, `@langchain/core/callbacks/manager`
 */
export function takeCopies(specifier: string, patches: Patches, take: TakeCopy): void {
  const name = packageOf(specifier)
  const found = findPackage(name)
  takeRequired(specifier, name, found, take)
  takeLater(specifier, patches, take)
  if (found === undefined || mainIsCommonJs()) return
  const file = fileOf(found, specifier, IMPORTING)
  if (file !== undefined) loadNow(file, take)
}

/** `@scope/name` or `name` of a specifier with a path behind it. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function takeRequired(
  specifier: string,
  name: string,
  found: InstalledPackage | undefined,
  take: TakeCopy,
): void {
  const file = found && fileOf(found, specifier, REQUIRING)
  if (found === undefined || file === undefined) return
  const { cache } = createRequire(file)
  // Other packages may have brought copies of their own, in folders below theirs.
  const ending = join(sep, 'node_modules', name, file.slice(found.dir.length))
  for (const key of Object.keys(cache)) {
    if (key !== file && !key.endsWith(ending)) continue
    const loaded = cache[key]
    if (loaded?.loaded) take(loaded.exports)
  }
}

function takeLater(specifier: string, patches: Patches, take: TakeCopy): void {
  const own = createPatches(`require ${specifier}`)
  own.wrap(Module, '_load', (load): Method => {
    return function (...args) {
      const exports: unknown = Reflect.apply(load, this, args)
      if (args[0] === specifier) {
        try {
          take(exports)
        } catch {
          // A copy that cannot be patched is loaded all the same.
        }
      }
      return exports
    }
  })
  patches.onUndo(() => own.undo())
}

/** Synchronously where Node can, so that the program's very next line is traced. */
function loadNow(file: string, take: TakeCopy): void {
  try {
    take(createRequire(file)(file))
    return
  } catch {
    // It has a top-level `await`, or is being evaluated right now.
  }
  import(pathToFileURL(file).href).then(take, () => undefined)
}

const REQUIRING: readonly string[] = ['node', 'require', 'node-addons', 'module-sync', 'default']
const IMPORTING: readonly string[] = ['node', 'import', 'node-addons', 'module-sync', 'default']

/** The file that `specifier` stands for under these conditions. */
function fileOf(
  found: InstalledPackage,
  specifier: string,
  conditions: readonly string[],
): string | undefined {
  const subpath = `.${specifier.slice(found.name.length)}`
  const { exports, main } = found.manifest
  if (exports === undefined || exports === null) {
    try {
      return createRequire(join(found.dir, 'package.json')).resolve(
        subpath === '.' ? `./${main ?? 'index.js'}` : subpath,
      )
    } catch {
      return undefined
    }
  }
  const target = targetOf(subpathTarget(exports, subpath), conditions)
  return target === undefined ? undefined : join(found.dir, target)
}

/** What `exports` has for `subpath`, the part that `*` stands for filled in. */
function subpathTarget(exports: unknown, subpath: string): unknown {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports)) {
    return subpath === '.' ? exports : undefined
  }
  const map = exports as Readonly<Record<string, unknown>>
  if (!Object.keys(map).some((key) => key.startsWith('.'))) return subpath === '.' ? map : undefined
  if (Object.hasOwn(map, subpath)) return map[subpath]
  const patterns = Object.keys(map).filter((key) => key.includes('*'))
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

function targetOf(target: unknown, conditions: readonly string[]): string | undefined {
  if (typeof target === 'string') return target
  if (Array.isArray(target)) {
    for (const one of target) {
      const found = targetOf(one, conditions)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (typeof target !== 'object' || target === null) return undefined
  for (const [condition, value] of Object.entries(target)) {
    if (!conditions.includes(condition)) continue
    const found = targetOf(value, conditions)
    if (found !== undefined) return found
  }
  return undefined
}
