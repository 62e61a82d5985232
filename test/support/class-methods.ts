/** Every method and getter of the classes among `exports`, inherited ones too, as it is now. */
export function classMethods(exports: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const found = new Map<string, unknown>()
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value !== 'function') continue
    for (let at = value.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
        const { value: method, get } = descriptor as PropertyDescriptor
        found.set(`${name} ${key}`, method ?? get)
      }
    }
  }
  return found
}

/** The names of those that are others now. */
export const changedSince = (
  before: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
): string[] => [...before].filter(([name, method]) => now.get(name) !== method).map(([name]) => name)
