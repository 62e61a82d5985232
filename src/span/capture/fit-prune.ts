import { itemsMark, propertiesMark, setField } from './capture-marks.ts'
import { cutText } from './capture-strings.ts'
import type { Captured } from './captured.ts'
import { fairLevel } from './fit-levels.ts'
import { type Gauge, isList, sizeOf } from './fit-size.ts'

/** Room for a mark among items or properties, with its punctuation. */
const MARK_BYTES = 48
/** A container is not opened for less than this. */
const MIN_CONTAINER_BYTES = 96
const ITEMS_MARK = /^…\[(\d+) items cut\]…$/

/**
 * `value` without as many items, and if need be properties, as it takes to come within `maxBytes` by `gauge`. Lists
 * keep their ends, the newer one longer.
 */
export function pruneTo(value: Captured, maxBytes: number, gauge: Gauge): Captured {
  if (sizeOf(value, gauge) <= maxBytes || typeof value !== 'object' || value === null) return value
  const mark = isList(value) ? `[Array(${value.length})]` : '[Object]'
  if (maxBytes < MIN_CONTAINER_BYTES) return cutText(mark, Math.max(3, maxBytes - 2))
  return isList(value) ? pruneItems(value, maxBytes, gauge) : pruneFields(value, maxBytes, gauge)
}

function pruneItems(items: readonly Captured[], maxBytes: number, gauge: Gauge): Captured {
  const state = { left: maxBytes - MARK_BYTES, start: 0, end: items.length }
  const head: Captured[] = []
  const tail: Captured[] = []
  const take = (index: number, share: number, to: Captured[]): boolean => {
    const item = items[index] as Captured
    const bytes = sizeOf(item, gauge) + 1
    // The outermost items are kept in part rather than not at all.
    const fits = bytes <= share
    if (!fits && (to.length > 0 || share < MIN_CONTAINER_BYTES)) return false
    const kept = fits ? item : pruneTo(item, share - 1, gauge)
    state.left -= fits ? bytes : sizeOf(kept, gauge) + 1
    to.push(kept)
    return true
  }
  let isHeadOpen = true
  let isTailOpen = true
  while (state.start < state.end && (isHeadOpen || isTailOpen)) {
    if (isHeadOpen) {
      isHeadOpen = take(
        state.start,
        head.length === 0 && items.length > 1 ? state.left / 2 : state.left,
        head,
      )
      if (isHeadOpen) state.start += 1
    }
    for (let i = 0; i < 2 && isTailOpen && state.start < state.end; i += 1) {
      isTailOpen = take(state.end - 1, state.left, tail)
      if (isTailOpen) state.end -= 1
    }
  }
  const cut = items.slice(state.start, state.end)
  const middle = cut.length > 0 ? [itemsMark(countItems(cut))] : []
  return [...head, ...middle, ...tail.reverse()]
}

/** A mark of an earlier cut stands for all that it counted. */
function countItems(items: readonly Captured[]): number {
  let count = items.length
  for (const item of items) {
    const earlier = typeof item === 'string' ? ITEMS_MARK.exec(item)?.[1] : undefined
    if (earlier !== undefined) count += Number(earlier) - 1
  }
  return count
}

function pruneFields(fields: { [key: string]: Captured }, maxBytes: number, gauge: Gauge): Captured {
  const keys = Object.keys(fields)
  const sizes = keys.map((key) => sizeOf(fields[key] as Captured, gauge))
  const nameBytes = keys.map((key) => gauge(key) + 4)
  const kept = fieldsThatFit(sizes, nameBytes, maxBytes)
  const room = maxBytes - MARK_BYTES - total(nameBytes.slice(0, kept))
  const level = fairLevel(sizes.slice(0, kept), room)
  const copy: { [key: string]: Captured } = {}
  for (let i = 0; i < kept; i += 1) {
    const key = keys[i] as string
    const value = fields[key] as Captured
    setField(copy, key, (sizes[i] as number) > level ? pruneField(value, level, gauge) : value)
  }
  if (kept < keys.length) setField(copy, '…', propertiesMark(keys.length - kept))
  return copy
}

const pruneField = (value: Captured, level: number, gauge: Gauge): Captured =>
  typeof value === 'string' ? cutText(value, Math.max(3, level - 2)) : pruneTo(value, level, gauge)

/** How many properties, from the first, can have a name and at least room for a mark. */
function fieldsThatFit(sizes: readonly number[], nameBytes: readonly number[], maxBytes: number): number {
  let left = maxBytes - MARK_BYTES
  for (let i = 0; i < sizes.length; i += 1) {
    left -= (nameBytes[i] as number) + Math.min(MARK_BYTES, sizes[i] as number)
    if (left < 0) return i
  }
  return sizes.length
}

const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0)
