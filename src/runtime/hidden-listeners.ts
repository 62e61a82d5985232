type Key = string | symbol
type Listener = (...args: unknown[]) => unknown
type Method = (this: unknown, ...args: unknown[]) => unknown

/**
 * Takes listeners of ours out of what `process` says about its listeners. They are called as all others are; nobody
 * who counts or lists them sees them, Node included.
 *
 * @param hidden - the listener of ours for each event
 */
export function hideListeners(hidden: ReadonlyMap<Key, Listener>): void {
  for (const name of ['listeners', 'rawListeners']) {
    replace(name, (original, self, args) => {
      const all = Reflect.apply(original, self, args) as Listener[]
      const ours = self === process ? hidden.get(args[0] as Key) : undefined
      return ours === undefined ? all : all.filter((listener) => listener !== ours)
    })
  }
  replace('listenerCount', (original, self, args) => {
    const ours = self === process && args[1] === undefined ? hidden.get(args[0] as Key) : undefined
    if (ours === undefined) return Reflect.apply(original, self, args)
    return process.rawListeners(args[0] as string).length
  })
  replace('eventNames', (original, self, args) => {
    const all = Reflect.apply(original, self, args) as Key[]
    return self === process
      ? all.filter((name) => !hidden.has(name) || process.listenerCount(name as string) > 0)
      : all
  })
}

function replace(name: string, instead: (original: Method, self: unknown, args: unknown[]) => unknown): void {
  const original = Reflect.get(process, name) as Method | undefined
  if (typeof original !== 'function') return
  const replacement = function (this: unknown, ...args: unknown[]): unknown {
    return instead(original, this, args)
  }
  Object.defineProperty(replacement, 'name', { value: name, configurable: true })
  Object.defineProperty(process, name, { value: replacement, writable: true, configurable: true })
}
