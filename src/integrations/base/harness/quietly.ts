/** What `work` gives; `undefined` where it throws: a runtime goes on whatever becomes of its report. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
