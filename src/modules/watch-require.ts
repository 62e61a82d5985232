import { Module } from 'node:module'
import { handOver, isAwaited } from './arrivals.ts'
import { recognise } from './recognise.ts'

type Load = (this: { exports: unknown }, filename: string) => unknown

/**
 * Hands over what is loaded as CommonJS from now on, whoever asks for it and by whatever name: each file passes through
 * this one method of Node's once. What others have put around `require` is not touched.
 *
 * @returns takes it back
 */
export function watchRequire(): () => void {
  const prototype = Module?.prototype as unknown as { load?: Load } | undefined
  const original = prototype?.load
  if (prototype === undefined || typeof original !== 'function') return () => undefined
  let on = true
  const load: Load = function (filename) {
    const result = Reflect.apply(original, this, [filename])
    if (on && isAwaited()) requiredFile(filename, this)
    return result
  }
  Object.defineProperty(load, 'name', { value: 'load', configurable: true })
  prototype.load = load
  return () => {
    on = false
    if (prototype.load === load) prototype.load = original
  }
}

/** Hands over what is in the cache of `require` already. */
export function takeRequired(): void {
  const cache = (Module as unknown as { _cache?: Readonly<Record<string, unknown>> })._cache ?? {}
  for (const file of Object.keys(cache)) {
    const module = cache[file] as { loaded?: unknown; exports?: unknown } | undefined
    if (module?.loaded) requiredFile(file, module)
  }
}

/** Hands over what `file` exports, where it is to be handed over. */
export function requiredFile(file: string, module: { exports?: unknown; loaded?: unknown }): void {
  if (module.loaded === false) return
  try {
    const recognised = recognise(file)
    if (recognised?.subpath === undefined) return
    handOver({ ...recognised, subpath: recognised.subpath, exports: module.exports })
  } catch {
    // The program loads its module all the same.
  }
}
