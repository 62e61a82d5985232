import type { Attributes, AttributeValue } from './attributes.ts'
import { MAX_ATTRIBUTES } from './span-limits.ts'

/** The attributes of a span as they gather. Plain data: most spans have few, and a closure for each would be expensive. */
export interface AttributeBag {
  readonly values: Attributes
  count: number
  /** Keys whose JSON text stands for an object that was given. */
  jsonKeys: Set<string> | undefined
}

export const createAttributeBag = (): AttributeBag => ({ values: {}, count: 0, jsonKeys: undefined })

/**
 * @param isJson - `value` is JSON text of an object that was given
 * @returns whether there was room for it
 */
export function keepAttribute(
  bag: AttributeBag,
  key: string,
  value: AttributeValue,
  isJson: boolean,
): boolean {
  if (!Object.hasOwn(bag.values, key)) {
    if (bag.count >= MAX_ATTRIBUTES) return false
    bag.count += 1
  }
  bag.values[key] = value
  if (isJson) {
    bag.jsonKeys ??= new Set()
    bag.jsonKeys.add(key)
  } else {
    bag.jsonKeys?.delete(key)
  }
  return true
}

export function removeAttribute(bag: AttributeBag, key: string): void {
  if (Object.hasOwn(bag.values, key)) bag.count -= 1
  delete bag.values[key]
}
