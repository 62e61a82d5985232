import type { Attributes, AttributeValue } from './ended-span.ts'

/** The attributes of a span as they gather. */
export interface AttributeBag {
  readonly values: Attributes
  /** Keys whose JSON text stands for an object that was given. */
  readonly jsonKeys: ReadonlySet<string>
  keep(key: string, value: AttributeValue, isJson: boolean): void
  remove(key: string): void
}

const MOST_ATTRIBUTES = 1000
const NO_KEYS: ReadonlySet<string> = new Set()

export function createAttributeBag(): AttributeBag {
  const values: Attributes = {}
  let count = 0
  // Most spans have none, and a set for each would be the largest part of a small one.
  let jsonKeys: Set<string> | undefined
  return {
    values,
    get jsonKeys() {
      return jsonKeys ?? NO_KEYS
    },
    keep(key, value, isJson) {
      if (!Object.hasOwn(values, key)) {
        if (count >= MOST_ATTRIBUTES) return
        count += 1
      }
      values[key] = value
      if (isJson) {
        jsonKeys ??= new Set()
        jsonKeys.add(key)
      } else {
        jsonKeys?.delete(key)
      }
    },
    remove(key) {
      if (Object.hasOwn(values, key)) count -= 1
      delete values[key]
    },
  }
}
