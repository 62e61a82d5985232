import type { Captured } from './captured.ts'

/** Bytes that the inside of a string is taken to have. */
export type Gauge = (text: string) => number

/** Bytes of the JSON text of `value`, with strings and names counted by `gauge`. */
export function sizeOf(value: Captured, gauge: Gauge): number {
  switch (typeof value) {
    case 'string':
      return gauge(value) + 2
    case 'number':
      return String(value).length
    case 'boolean':
      return value ? 4 : 5
    default:
      if (value === null) return 4
      return isList(value) ? sizeOfList(value, gauge) : sizeOfFields(value, gauge)
  }
}

/** `Array.isArray`, for what is known to be {@link Captured}. */
export const isList = (value: Captured): value is Captured[] => Array.isArray(value)

function sizeOfList(items: readonly Captured[], gauge: Gauge): number {
  let bytes = 2 + Math.max(0, items.length - 1)
  for (const item of items) bytes += sizeOf(item, gauge)
  return bytes
}

function sizeOfFields(fields: { [key: string]: Captured }, gauge: Gauge): number {
  const keys = Object.keys(fields)
  let bytes = 2 + Math.max(0, keys.length - 1)
  for (const key of keys) bytes += gauge(key) + 3 + sizeOf(fields[key] as Captured, gauge)
  return bytes
}
