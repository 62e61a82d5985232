import { createContextKey } from '../../runtime/otel-context.ts'
import {
  activeContext,
  currentPipeline,
  dataAt,
  isObject,
  type Method,
  type Patches,
  processWide,
  read,
  runIn,
  runTool,
  type ToolRun,
  text,
} from '../base/index.ts'
import { observeOwn, useOwnMethods } from './own-methods.ts'

/** A tool that an agent calls, and whose span is there before the tool itself is reached. */
interface Claim {
  taken: boolean
}

const CLAIM: symbol = createContextKey('turnspan.llamaindex.tool')

/** Runs a tool in its span; what the tool's own class makes of it is the same call. */
export function runAgentTool<T>(init: () => ToolRun, fn: () => T): T {
  return runTool(init, () => {
    const claim: Claim = { taken: false }
    return runIn(activeContext().setValue(CLAIM, claim), fn)
  })
}

/** Prototypes of LlamaIndex's own tools, whose metadata is read by its own getter. */
const prototypes = (): WeakSet<object> => processWide('llamaindex-tools', () => new WeakSet<object>())

/** What a tool says of itself, read without running code of the program. */
export function metadataOf(tool: unknown): unknown {
  const own = dataAt(tool, 'metadata')
  if (own !== undefined || !isObject(tool)) return own
  return prototypes().has(Object.getPrototypeOf(tool) as object) ? read(tool, 'metadata') : undefined
}

/**
 * Observes `FunctionTool`. `call` is a function that the constructor makes, so it is replaced when somebody asks a tool
 * for its metadata, which each model does with the tools that it is given.
 *
 * @returns whether it is that class
 */
export function observeTools(one: unknown, patches: Patches): boolean {
  const prototype = read(one, 'prototype')
  const before = isObject(prototype) ? Object.getOwnPropertyDescriptor(prototype, 'metadata') : undefined
  if (!isObject(prototype) || typeof read(one, 'from') !== 'function') return false
  if (before?.get === undefined || !before.configurable || before.set !== undefined) return false
  if (prototypes().has(prototype)) return true
  const original: Method = before.get
  const observed = {
    get metadata() {
      const metadata: unknown = Reflect.apply(original, this, [])
      meet(this, metadata)
      return metadata
    },
  }
  const get = Object.getOwnPropertyDescriptor(observed, 'metadata')?.get as () => unknown
  if (!Reflect.defineProperty(prototype, 'metadata', { ...before, get })) return false
  prototypes().add(prototype)
  patches.onUndo(useOwnMethods())
  patches.onUndo(() => {
    prototypes().delete(prototype)
    if (Object.getOwnPropertyDescriptor(prototype, 'metadata')?.get === get) {
      Reflect.defineProperty(prototype, 'metadata', before)
    }
  })
  return true
}

function meet(tool: object, metadata: unknown): void {
  if (currentPipeline() === undefined) return
  try {
    observeOwn(tool, 'call', (original) => observeCall(original, metadata))
  } catch {
    // One that resists stays as it is.
  }
}

function observeCall(original: Method, metadata: unknown): Method {
  return function (this: unknown, ...args) {
    const call = (): unknown => Reflect.apply(original, this, args)
    const claim = activeContext().getValue(CLAIM) as Claim | undefined
    if (claim?.taken === false) {
      claim.taken = true
      return call()
    }
    return runTool(() => ({ name: text(dataAt(metadata, 'name')) ?? 'tool', arguments: args[0] }), call)
  }
}
