/** What `work` gives; `undefined` where it throws: the program goes on, whatever becomes of its trace. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
