import type { Attributes, AttributeValue } from './ended-span.ts'

/** The attributes of a span as they gather. Plain data: most spans have few, and a closure for each would be dear. */
export interface AttributeBag {
  readonly values: Attributes
  count: number
  /** Keys whose JSON text stands for an object that was given. */
  jsonKeys: Set<string> | undefined
}

const MOST_ATTRIBUTES = 1000

export const createAttributeBag = (): AttributeBag => ({ values: {}, count: 0, jsonKeys: undefined })

/** @param isJson - `value` is JSON text of an object that was given */
export function keepAttribute(bag: AttributeBag, key: string, value: AttributeValue, isJson: boolean): void {
  if (!Object.hasOwn(bag.values, key)) {
    if (bag.count >= MOST_ATTRIBUTES) return
    bag.count += 1
  }
  bag.values[key] = value
  if (isJson) {
    bag.jsonKeys ??= new Set()
    bag.jsonKeys.add(key)
  } else {
    bag.jsonKeys?.delete(key)
  }
}

export function removeAttribute(bag: AttributeBag, key: string): void {
  if (Object.hasOwn(bag.values, key)) bag.count -= 1
  delete bag.values[key]
}
