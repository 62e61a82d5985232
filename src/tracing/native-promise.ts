import { types } from 'node:util'

let intrinsic: PromiseConstructor | undefined

/** The engine's own promise, also where a library has replaced the global one. */
export function nativePromise(): PromiseConstructor {
  intrinsic ??= (async () => undefined)().constructor as PromiseConstructor
  return intrinsic
}

/** Whether `await` takes `promise` as it is, without calling its `then`. */
export const isPlainlyAwaited = (promise: object): promise is Promise<unknown> =>
  types.isPromise(promise) && promise.constructor === nativePromise()

let asyncFunction: object | undefined

/** Whether `promise` was made by `fn` just now, an async function, and is awaited as it is. */
export function isFreshPromise(promise: object, fn: unknown): promise is Promise<unknown> {
  asyncFunction ??= Object.getPrototypeOf(async () => undefined) as object
  // A function that was given this prototype by hand can return anything.
  return (
    typeof fn === 'function' &&
    Object.getPrototypeOf(fn) === asyncFunction &&
    types.isAsyncFunction(fn) &&
    isPlainlyAwaited(promise)
  )
}

let nativeThen: string | undefined

/** Whether the `then` of `promise` is that of native promises, of any realm, so that calling it starts nothing. */
export function usesNativeThen(promise: object): boolean {
  const { then } = promise as { then?: unknown }
  const own = nativePromise().prototype.then
  if (then === own) return true
  if (typeof then !== 'function' || Object.hasOwn(promise, 'then')) return false
  nativeThen ??= Function.prototype.toString.call(own)
  // A virtual machine's context, Jest's for one, has promises of its own.
  return Function.prototype.toString.call(then) === nativeThen
}

/**
 * `promise.then(onOk, onError)` that gives a plain native promise whatever the class of `promise`: the
 * constructor of a subclass is the host's code, and not called.
 */
export function thenPlainly<T, U>(
  promise: Promise<T>,
  onOk: (value: T) => U,
  onError: (error: unknown) => U,
): Promise<U> {
  return isPlainlyAwaited(promise) ? thenOf(promise, onOk, onError) : thenOfDisguised(promise, onOk, onError)
}

const thenOf = <T, U>(
  promise: Promise<T>,
  onOk: (value: T) => U,
  onError: (error: unknown) => U,
): Promise<U> => Reflect.apply(nativePromise().prototype.then, promise, [onOk, onError]) as Promise<U>

/** {@link thenOf} while `promise` has the class of native promises. */
function thenOfDisguised<T, U>(
  promise: Promise<T>,
  onOk: (value: T) => U,
  onError: (error: unknown) => U,
): Promise<U> {
  const { prototype } = nativePromise()
  // `then` makes its result with the constructor that it finds, on the promise itself or along its prototypes.
  const own = Object.getOwnPropertyDescriptor(promise, 'constructor')
  const before = Object.getPrototypeOf(promise) as object | null
  if (own) Reflect.deleteProperty(promise, 'constructor')
  // Not by a property of the promise: the engine would make each promise of the process slower from then on.
  Reflect.setPrototypeOf(promise, prototype)
  try {
    return thenOf(promise, onOk, onError)
  } finally {
    Reflect.setPrototypeOf(promise, before)
    if (own) Reflect.defineProperty(promise, 'constructor', own)
  }
}
