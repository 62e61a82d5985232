/** Whether this is the main thread of its process; also where there are no others. */
export const isMainThread = (): boolean =>
  process.getBuiltinModule?.('node:worker_threads')?.isMainThread !== false
