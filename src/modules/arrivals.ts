import { sep } from 'node:path'
import { types } from 'node:util'
import { globalList, processWide } from '../runtime/registry.ts'

/** A module of a package that an integration patches, as the program has loaded it. */
export interface LoadedModule {
  /** Name of the package: `openai`. */
  readonly package: string
  readonly version?: string | undefined
  /** Subpath of the package's `exports`: `.` or `./callbacks/manager`. */
  readonly subpath: string
  /** Path of the module's file; `undefined` in a bundle. */
  readonly file?: string | undefined
  /** What `import * as` or `require` gives. */
  readonly exports: unknown
}

export type ModuleListener = (module: LoadedModule) => void

/**
 * The list by which modules hand themselves over: whoever loads or bundles a module may put a {@link LoadedModule} on
 * `globalThis[Symbol.for('turnspan.modules.1')]`, without having turnspan. docs/bundlers.md describes it.
 */
export const HAND_OVER_LIST = 'turnspan.modules.1'

interface State {
  readonly listeners: Set<ModuleListener>
  /** Of each module, by its exports, the subpaths that it came under. */
  readonly seen: WeakMap<object, Set<string>>
  readonly arrived: LoadedModule[]
  /** Modules that have not run to the end of what they export. */
  readonly unready: LoadedModule[]
  listening: boolean
}

const state = (): State =>
  processWide(
    'module-arrivals',
    (): State => ({ listeners: new Set(), seen: new WeakMap(), arrived: [], unready: [], listening: false }),
  )

/**
 * Calls `listener` with each module that was handed over so far and that will be.
 *
 * @returns ends that
 */
export function onModule(listener: ModuleListener): () => void {
  const current = state()
  listen()
  current.listeners.add(listener)
  for (const module of [...current.arrived]) quietly(listener, module)
  return () => void current.listeners.delete(listener)
}

/** Hands `module` over. The same module again, for the same subpath, changes nothing. */
export function handOver(module: LoadedModule): void {
  const { seen, arrived, listeners, unready } = state()
  const { exports } = module
  if ((typeof exports !== 'object' || exports === null) && typeof exports !== 'function') return
  if (!isReady(exports)) {
    unready.push(module)
    queueMicrotask(handOverUnready)
    return
  }
  const subpaths = seen.get(exports) ?? new Set()
  if (subpaths.has(module.subpath)) return
  seen.set(exports, subpaths.add(module.subpath))
  arrived.push(module)
  for (const listener of [...listeners]) quietly(listener, module)
  if (unready.length > 0) handOverUnready()
}

/**
 * Whether the exports can be read: of modules that import each other, one runs before the other, and what it re-exports
 * is not there yet. It is when another one has run, at the latest when all have.
 */
function isReady(exports: object): boolean {
  if (!types.isModuleNamespaceObject(exports)) return true
  try {
    Object.values(exports)
    return true
  } catch {
    return false
  }
}

function handOverUnready(): void {
  const { unready } = state()
  for (const module of unready.splice(0)) {
    if (isReady(module.exports as object)) handOver(module)
    else unready.push(module)
  }
}

/** Whether a module of the package in `dir` was handed over. */
export const hasArrived = (dir: string): boolean =>
  state().arrived.some(({ file }) => file?.startsWith(`${dir}${sep}`))

/** Whether anybody wants to know of modules now. */
export const isAwaited = (): boolean => state().listeners.size > 0

function listen(): void {
  const current = state()
  if (current.listening) return
  current.listening = true
  const list = globalList(HAND_OVER_LIST)
  for (const entry of list) accept(entry)
  Object.defineProperty(list, 'push', {
    configurable: true,
    writable: true,
    value(...entries: unknown[]): number {
      for (const entry of entries) accept(entry)
      return Array.prototype.push.apply(list, entries)
    },
  })
}

function accept(entry: unknown): void {
  if (typeof entry !== 'object' || entry === null) return
  const {
    package: name,
    version,
    subpath,
    file,
    exports,
  } = entry as Partial<Record<keyof LoadedModule, unknown>>
  if (typeof name !== 'string') return
  handOver({
    package: name,
    version: typeof version === 'string' ? version : undefined,
    subpath: typeof subpath === 'string' ? subpath : '.',
    file: typeof file === 'string' ? file : undefined,
    exports,
  })
}

/** The program loads its modules whatever becomes of us. */
function quietly(listener: ModuleListener, module: LoadedModule): void {
  try {
    listener(module)
  } catch {
    // Said by the listener, where there is something to say.
  }
}
