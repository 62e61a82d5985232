import { Module } from 'node:module'
import { types } from 'node:util'

/** What can be said of a file that may be loaded as an ES module. */
export type Peeked =
  | { readonly kind: 'loaded'; readonly exports: unknown }
  /** It is loaded, but its exports are to be had by `import()` only: it awaits something, or runs right now. */
  | { readonly kind: 'busy' }
  /** The program is about to run it: looking at its exports would run it before its turn, which cycles do not survive. */
  | { readonly kind: 'linked' }
  | { readonly kind: 'not loaded' }
  /** This runtime does not tell. */
  | { readonly kind: 'unknown' }

interface Compiling {
  filename: string
  exports: unknown
  _compile?(source: string, file: string, format: string): unknown
}

/** Not JavaScript: whoever compiles it gets a SyntaxError, before anything is remembered. */
const NEVER_COMPILES = 'import 0'

/**
 * Looks whether the program has loaded `file` as an ES module, without loading it. Node first looks among the modules
 * that it has, and compiles what it is given only when there is none: so it is given what does not compile. This goes past
 * whatever replaces `require` (a loader for TypeScript, for one), to the copy that `import` gives.
 */
export function peek(file: string): Peeked {
  try {
    const exports = compiled(file, NEVER_COMPILES, notRunning)
    return types.isModuleNamespaceObject(exports) ? { kind: 'loaded', exports } : { kind: 'unknown' }
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return { kind: 'not loaded' }
    if (thrown === NOT_YET) return { kind: 'linked' }
    const code = (thrown as { code?: unknown } | null)?.code
    return BUSY.includes(code) ? { kind: 'busy' } : { kind: 'unknown' }
  }
}

const BUSY: readonly unknown[] = ['ERR_REQUIRE_CYCLE_MODULE', 'ERR_REQUIRE_ASYNC_MODULE', 'ERR_REQUIRE_ESM']

/**
 * The exports of our own ES module `file`, loaded at once by the loader that `import` uses.
 *
 * @throws where the runtime cannot
 */
export function loadAtOnce(file: string, source: string): unknown {
  // Elsewhere `require` gives the very modules that `import` gives.
  return isNode() ? compiled(file, source) : Module.createRequire(file)(file)
}

/** Deno calls itself Node, and loads what it is asked for. */
const isNode = (): boolean => process.versions.bun === undefined && process.versions.deno === undefined

/** @param guard - what stands in the place of the module meanwhile */
function compiled(
  file: string,
  source: string,
  guard: (module: Compiling) => Compiling = (module) => module,
): unknown {
  if (typeof process.versions.bun === 'string' || process.release?.name !== 'node')
    throw new Error('not Node')
  const module = new Module(file) as unknown as Compiling
  module.filename = file
  if (typeof module._compile !== 'function') throw new Error('no _compile')
  guard(module)._compile?.(source, file, 'module')
  return module.exports
}

const NOT_YET = new Error('The module has not run yet.')
/** Of V8's states of a module, the last one before it runs. */
const LINKED = 2

/** `module`, which stops Node where it is about to run what it has found: Node notes that on the module right before. */
const notRunning = (module: Compiling): Compiling =>
  new Proxy(module, {
    set(target, key, value) {
      if (typeof key === 'symbol' && isLinked(value)) throw NOT_YET
      return Reflect.set(target, key, value)
    },
  })

function isLinked(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('getStatus' in value)) return false
  const { getStatus } = value
  const status: unknown = typeof getStatus === 'function' ? Reflect.apply(getStatus, value, []) : undefined
  return typeof status === 'number' && status <= LINKED
}
