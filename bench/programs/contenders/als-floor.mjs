import { AsyncLocalStorage } from 'node:async_hooks'

/** No tracer can follow asynchronous work for less: one `AsyncLocalStorage.run` per span, nothing recorded. */
export function start() {
  const storage = new AsyncLocalStorage()
  const run = (name, fn) => storage.run({ name, parent: storage.getStore() }, fn)
  const runAsync = async (name, fn) => await storage.run({ name, parent: storage.getStore() }, fn)
  return {
    agent: (name, _input, fn) => runAsync(name, fn),
    model: (name, _request, fn) => runAsync(name, fn),
    tool: (name, _args, fn) => runAsync(name, fn),
    tiny: run,
    tinyAsync: runAsync,
    flush: async () => undefined,
  }
}
