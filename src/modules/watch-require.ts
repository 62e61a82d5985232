import { Module } from 'node:module'
import { handOver, isAwaited } from './arrivals.ts'
import { rewritten } from './import-hooks.ts'
import { recognise } from './recognise.ts'

type Load = (this: { exports: unknown }, filename: string) => unknown
type Compile = (this: unknown, source: unknown, file: unknown, ...rest: unknown[]) => unknown

interface Prototype {
  load?: Load
  _compile?: Compile
}

/**
 * Hands over what is loaded as CommonJS from now on, whoever asks for it and by whatever name: each file passes through
 * this one method of Node's once. What others have put around `require` is not touched.
 *
 * @returns takes it back
 */
export function watchRequire(): () => void {
  const prototype = Module?.prototype as unknown as Prototype | undefined
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
  const undo = rewriteRequired(prototype)
  return () => {
    on = false
    if (prototype.load === load) prototype.load = original
    undo()
  }
}

/** Gives what is compiled its changed source, where a module has to be changed for its calls to be seen. */
function rewriteRequired(prototype: Prototype): () => void {
  const original = prototype._compile
  if (typeof original !== 'function') return () => undefined
  const compile: Compile = function (source, file, ...rest) {
    return Reflect.apply(original, this, [sourceFor(source, file), file, ...rest])
  }
  Object.defineProperty(compile, 'name', { value: '_compile', configurable: true })
  prototype._compile = compile
  return () => {
    if (prototype._compile === compile) prototype._compile = original
  }
}

function sourceFor(source: unknown, file: unknown): unknown {
  try {
    // Of a single package, so that nothing else costs anything.
    if (typeof source !== 'string' || typeof file !== 'string' || !AI_SDK.test(file) || !isAwaited())
      return source
    const recognised = recognise(file)
    return recognised === undefined ? source : rewritten(source, recognised)
  } catch {
    return source
  }
}

const AI_SDK = /[\\/]ai(?:-\w+)?[\\/]dist[\\/]index\.c?js$/

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
