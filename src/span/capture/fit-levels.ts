/**
 * Shares out `room` among `sizes`, smallest first: what is at most the returned level fits as it is, and each of
 * the others may have that much.
 */
export function fairLevel(sizes: readonly number[], room: number): number {
  const ascending = Float64Array.from(sizes).sort()
  let left = room
  for (let i = 0; i < ascending.length; i += 1) {
    const share = left / (ascending.length - i)
    const size = ascending[i] as number
    if (size > share) return Math.max(0, Math.floor(share))
    left -= size
  }
  return Number.POSITIVE_INFINITY
}

/** Levels for strings that matter most, and for the others. */
export interface Levels {
  readonly first: number
  readonly rest: number
}

/**
 * Levels at which strings of sizes `first` and `rest` fit `room`. Those of `first` stay whole for as long as the
 * others keep half of the room; each of the others keeps at least `least` when that is possible at all.
 */
export function sharedLevels(
  first: readonly number[],
  rest: readonly number[],
  room: number,
  least: number,
): Levels {
  const total = sum(rest)
  const atLeast = sum(rest.map((size) => Math.min(size, least)))
  const forFirst = Math.min(room - atLeast, Math.max(room / 2, room - total))
  const level = fairLevel(first, forFirst)
  const used = sum(first.map((size) => Math.min(size, level)))
  return { first: level, rest: fairLevel(rest, room - used) }
}

const sum = (sizes: readonly number[]): number => {
  let total = 0
  for (const size of sizes) total += size
  return total
}
