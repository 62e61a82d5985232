/** What `work` gives; `undefined` where it fails: what could not be read is not told. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
