type Settled = (promise: object) => void

/**
 * Calls `settled` for each promise of the process just before it settles, until the returned function is called. Makes
 * every promise of the process a little slower meanwhile. `undefined` where the host has no such hook.
 */
export function onPromiseSettled(settled: Settled): (() => void) | undefined {
  try {
    const stop: unknown = process.getBuiltinModule('node:v8').promiseHooks.onSettled(settled as never)
    return typeof stop === 'function' ? (stop as () => void) : undefined
  } catch {
    // Bun, Deno and Workers.
    return undefined
  }
}

/**
 * Hears which promises the process reports as rejected and handled by nobody, just before it does, until the returned
 * function is called. A listener of the event would change what the process does about them; so would a handler.
 */
export function overhearUnhandled(hear: (promise: unknown, reason: unknown) => void): () => void {
  const before = Object.getOwnPropertyDescriptor(process, 'emit')
  const emit = process.emit as (...args: unknown[]) => unknown
  let listening = true
  const overheard = function (this: unknown, ...args: unknown[]): unknown {
    if (listening && args[0] === 'unhandledRejection') hear(args[2], args[1])
    return Reflect.apply(emit, this, args)
  }
  Object.defineProperty(process, 'emit', {
    value: overheard,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  })
  return () => {
    listening = false
    if (Object.getOwnPropertyDescriptor(process, 'emit')?.value !== overheard) return
    if (before) Object.defineProperty(process, 'emit', before)
    else Reflect.deleteProperty(process, 'emit')
  }
}
