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
    (promise as { constructor?: unknown }).constructor === nativePromise() &&
    types.isAsyncFunction(fn)
  )
}

/** Promises whose `then` is ours and leads to the native one. */
export const observedPromises: WeakSet<object> = new WeakSet()

/** Whether the `then` of `promise` is that of native promises, so that calling it starts nothing. */
export const usesNativeThen = (promise: object): boolean =>
  observedPromises.has(promise) || (promise as PromiseLike<unknown>).then === nativePromise().prototype.then

/**
 * `promise.then(onOk, onError)` that gives a plain native promise whatever the class of `promise`: the
 * constructor of a subclass is the host's code, and not called.
 */
export function thenPlainly<T, U>(
  promise: Promise<T>,
  onOk: (value: T) => U,
  onError: (error: unknown) => U,
): Promise<U> {
  const { then } = nativePromise().prototype
  if (isPlainlyAwaited(promise)) return Reflect.apply(then, promise, [onOk, onError])
  // `then` makes its result with the constructor that it finds here.
  const before = Object.getOwnPropertyDescriptor(promise, 'constructor')
  Reflect.defineProperty(promise, 'constructor', { value: nativePromise(), configurable: true })
  try {
    return Reflect.apply(then, promise, [onOk, onError])
  } finally {
    if (before) Reflect.defineProperty(promise, 'constructor', before)
    else Reflect.deleteProperty(promise, 'constructor')
  }
}
