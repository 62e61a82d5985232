import { type AttributeBag, keepAttribute, removeAttribute } from './attribute-bag.ts'
import type { Attributes, AttributeValue } from './attributes.ts'
import { type Snapshot, snapshotOf, wireBytes } from './snapshot/snapshot.ts'

// What the content of a span that is open takes, and what is left of it when it has to go.

/** A value of an attribute, with the object around it. */
const VALUE_BYTES = 40
/** An event or a link. */
const MOMENT_BYTES = 200
/** Values up to this length stay: names, models, numbers. */
const SHORT = 64
/** Of attributes, events and links so many stay. */
const MAX_KEPT = 16
const MAX_KEY_LENGTH = 256

/** How much more is held when `after` takes the place of `before`. */
export const changeBytes = (before: Snapshot | undefined, after: Snapshot): number =>
  sizeOf(after) - (before === undefined ? 0 : sizeOf(before))

const sizeOf = (content: Snapshot): number => VALUE_BYTES + wireBytes(content)

export function valueBytes(value: AttributeValue | undefined): number {
  if (value === undefined) return 0
  if (typeof value === 'string') return VALUE_BYTES + value.length
  if (typeof value !== 'object') return VALUE_BYTES
  let bytes = VALUE_BYTES
  for (const item of value) bytes += VALUE_BYTES + (typeof item === 'string' ? item.length : 0)
  return bytes
}

/** What an event or a link with these attributes takes. */
export function valuesBytes(attributes: Attributes | undefined): number {
  let bytes = MOMENT_BYTES
  for (const key in attributes) bytes += key.length + valueBytes(attributes[key])
  return bytes
}

const markOf = (bytes: number): string => `[${bytes} bytes discarded: spans that had not ended held too much]`

/** What stands in the place of `content`. */
export const contentMark = (content: Snapshot): Snapshot => snapshotOf(markOf(wireBytes(content)))

/** Puts marks in the place of long values, and leaves only so many. */
export function giveUpValues(bag: AttributeBag): void {
  let kept = 0
  for (const key of Object.keys(bag.values)) {
    const value = bag.values[key]
    kept += 1
    if (kept > MAX_KEPT || key.length > MAX_KEY_LENGTH) removeAttribute(bag, key)
    else if (typeof value === 'object' || (typeof value === 'string' && value.length > SHORT)) {
      keepAttribute(bag, key, markOf(valueBytes(value)), false)
    }
  }
}

/** The first of `moments`, without what was said of them. */
export const withoutValues = <T extends { readonly attributes?: Attributes }>(moments: readonly T[]): T[] =>
  moments.slice(0, MAX_KEPT).map(({ attributes: _, ...moment }) => moment as T)
