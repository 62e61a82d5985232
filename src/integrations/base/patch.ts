import { processWide } from '../../runtime/registry.ts'
import type { Method } from './method.ts'

/** Makes the function that takes the place of `original`. It must call `original` exactly once and keep `this`. */
export type Wrap = (original: Method) => Method

/** The patches of one integration, which can be taken back together. */
export interface Patches {
  /**
   * Puts `wrap(original)` in the place of the method `key`, on the object in whose prototype chain it is found.
   * Name, length, own properties and the property's flags stay as they are. A method that has been wrapped under the
   * same integration, by this or another copy of turnspan, is left alone.
   *
   * @returns whether `target` has such a method
   */
  wrap(target: unknown, key: PropertyKey, wrap: Wrap): boolean
  /** Has `undo` called by {@link Patches.undo}. */
  onUndo(undo: () => void): void
  /** Puts everything back, last first. What others wrapped over ours meanwhile stays, and ours goes quiet below it. */
  undo(): void
}

/** What is known of a wrapper: what it stands for, and by which integrations. */
interface Wrapped {
  readonly integration: string
  readonly original: Method
}

const wrappers = (): WeakMap<object, Wrapped> => processWide('wrappers', () => new WeakMap<object, Wrapped>())

/** The patches of the integration named `integration`. */
export function createPatches(integration: string): Patches {
  const undos: (() => void)[] = []
  return {
    wrap(target, key, wrap) {
      const owner = ownerOf(target, key)
      const before = owner && Object.getOwnPropertyDescriptor(owner, key)
      if (owner === undefined || before === undefined || typeof before.value !== 'function') return false
      if (!before.configurable && !before.writable) return false
      if (isWrappedBy(before.value, integration)) return true
      const undo = replace(owner, key, before, wrap, integration)
      if (undo !== undefined) undos.push(undo)
      return undo !== undefined
    },
    onUndo: (undo) => void undos.push(undo),
    undo() {
      for (const undo of undos.splice(0).reverse()) undo()
    },
  }
}

function replace(
  owner: object,
  key: PropertyKey,
  before: PropertyDescriptor,
  wrap: Wrap,
  integration: string,
): (() => void) | undefined {
  const original = before.value as Method
  const wrapped = wrap(original)
  let quiet = false
  const run = (self: unknown, args: unknown[]): unknown =>
    Reflect.apply(quiet ? original : wrapped, self, args)
  const wrapper = Object.hasOwn(original, 'prototype') ? asFunction(run) : asMethod(run)
  likeness(original, wrapper)
  wrappers().set(wrapper, { integration, original })
  if (!Reflect.defineProperty(owner, key, { ...before, value: wrapper })) return undefined
  return () => {
    quiet = true
    if (Object.getOwnPropertyDescriptor(owner, key)?.value === wrapper) {
      Reflect.defineProperty(owner, key, before)
    }
  }
}

type Run = (self: unknown, args: unknown[]) => unknown

/** Methods of classes can be no constructors, and have no `prototype`. */
const asMethod = (run: Run): Method =>
  ({
    wrapper(this: unknown, ...args: unknown[]) {
      return run(this, args)
    },
  }).wrapper

const asFunction = (run: Run): Method =>
  function (...args) {
    return run(this, args)
  }

/** What `wrapper` has of its own. */
const OWN: ReadonlySet<PropertyKey> = new Set(['prototype', 'arguments', 'caller'])

/**
 * Gives `wrapper` the kind, the name, the length and whatever else `original` carries. What can change there, such as the
 * calls that a mock counts, is read and written where it is.
 */
export function likeness(original: Method, wrapper: Method): void {
  const kind: unknown = Object.getPrototypeOf(original)
  if (kind !== Function.prototype) Reflect.setPrototypeOf(wrapper, kind as object | null)
  for (const key of Reflect.ownKeys(original)) {
    if (OWN.has(key)) continue
    const descriptor = Object.getOwnPropertyDescriptor(original, key)
    if (descriptor === undefined) continue
    Reflect.defineProperty(
      wrapper,
      key,
      descriptor.writable ? forwarded(original, key, descriptor) : descriptor,
    )
  }
}

const forwarded = (
  original: object,
  key: PropertyKey,
  { enumerable }: PropertyDescriptor,
): PropertyDescriptor => ({
  get: () => Reflect.get(original, key),
  set: (value) => void Reflect.set(original, key, value),
  enumerable: enumerable ?? false,
  configurable: true,
})

/** Whether `method`, or one that it wraps, is a wrapper of that integration. */
function isWrappedBy(method: Method, integration: string): boolean {
  let at: Wrapped | undefined = wrappers().get(method)
  while (at !== undefined) {
    if (at.integration === integration) return true
    at = wrappers().get(at.original)
  }
  return false
}

/** The object in the prototype chain of `target` that has `key` itself. */
export function ownerOf(target: unknown, key: PropertyKey): object | undefined {
  let at: unknown = target
  try {
    while ((typeof at === 'object' && at !== null) || typeof at === 'function') {
      if (Object.hasOwn(at, key)) return at
      at = Object.getPrototypeOf(at)
    }
  } catch {
    // A proxy that refuses to be looked at.
  }
  return undefined
}
