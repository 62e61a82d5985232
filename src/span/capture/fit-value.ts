import { setField } from './capture-marks.ts'
import { cleanText, cutText, textBytes } from './capture-strings.ts'
import type { Captured } from './captured.ts'
import { type Levels, sharedLevels } from './fit-levels.ts'
import { pruneTo } from './fit-prune.ts'
import { type Gauge, isList, sizeOf } from './fit-size.ts'

/** A string is not cut below this while items in the middle of lists can go instead; less where little fits. */
const COMFORTABLE_BYTES = 2048
const MIN_STRING_BYTES = 64
/** In a list of at least this many items the first and the last one matter most. */
const MIN_CONVERSATION = 3
const ATTEMPTS = 4

const byteLength: Gauge = (text) => Buffer.byteLength(text)
const unitLength: Gauge = (text) => text.length

/** Bytes of the JSON text of `value`, cheaply: escapes in strings are not counted. */
export function capturedBytes(value: Captured): number {
  return sizeOf(value, byteLength)
}

/**
 * `value` in at most `maxBytes` of JSON text. The largest strings are cut first, in the middle; where they would
 * become too short, lists lose items from their middle, and only then objects lose properties. The first and
 * the last item of a list (of a conversation: the system prompt and the newest message) are the last to be cut.
 */
export function fitTo(value: Captured, maxBytes: number): Captured {
  // By length first, so that escapes are only ever counted in about as much text as may stay.
  let fitting = fitLength(value, maxBytes)
  for (let target = maxBytes, i = 0; i < ATTEMPTS; i += 1) {
    const bytes = sizeOf(fitting, textBytes)
    if (bytes <= maxBytes) return fitting
    fitting = shrink(fitting, target, textBytes)
    target = Math.floor(target * 0.9)
  }
  if (sizeOf(fitting, textBytes) <= maxBytes) return fitting
  return cutText(isList(value) ? `[Array(${value.length})]` : '[Object]', Math.max(3, maxBytes - 2))
}

/** {@link fitTo} by the lengths of strings, whatever bytes they come to. */
export function fitLength(value: Captured, maxLength: number): Captured {
  return sizeOf(value, unitLength) <= maxLength ? value : shrink(value, maxLength, unitLength)
}

/** `value` with every string and name cleaned. */
export function cleanValue(value: Captured): Captured {
  return mapStrings(value, (text) => cleanText(text))
}

function shrink(value: Captured, maxBytes: number, gauge: Gauge): Captured {
  if (typeof value === 'string') return cutText(value, Math.max(3, maxBytes - 2))
  const least = Math.min(COMFORTABLE_BYTES, Math.max(MIN_STRING_BYTES, maxBytes >> 6))
  const kept = pruneTo(value, maxBytes - roomForFirst(value, maxBytes, gauge, least), (text) =>
    Math.min(gauge(text), least),
  )
  const { first, rest } = stringSizes(kept, gauge)
  const all = [...first, ...rest]
  const room = maxBytes - (sizeOf(kept, gauge) - all.reduce((total, size) => total + size, 0))
  const levels = sharedLevels(first, rest, room, least)
  return mapStrings(kept, (text, matters) => cutToLevel(text, levels, matters, gauge))
}

/** What the strings that matter most need beyond `least`, within half of the room: items go to make it. */
function roomForFirst(value: Captured, maxBytes: number, gauge: Gauge, least: number): number {
  let extra = 0
  for (const size of stringSizes(value, gauge).first) extra += Math.max(0, size - least)
  return Math.min(maxBytes >> 1, extra)
}

function cutToLevel(text: string, levels: Levels, matters: boolean, gauge: Gauge): string {
  const level = matters ? levels.first : levels.rest
  return gauge(text) > level ? cutText(text, level) : text
}

function stringSizes(value: Captured, gauge: Gauge): { first: number[]; rest: number[] } {
  const first: number[] = []
  const rest: number[] = []
  mapStrings(value, (text, matters) => {
    ;(matters ? first : rest).push(gauge(text))
    return text
  })
  return { first, rest }
}

/**
 * A copy of `value` with its strings changed. `matters` is true inside the first and the last item of the outermost
 * list.
 */
function mapStrings(
  value: Captured,
  change: (text: string, matters: boolean) => string,
  inside?: boolean,
): Captured {
  if (typeof value === 'string') return change(value, inside === true)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) {
    const last = value.length - 1
    const isConversation = inside === undefined && value.length >= MIN_CONVERSATION
    return value.map((item, i) => mapStrings(item, change, isConversation ? i === 0 || i === last : inside))
  }
  const copy: { [key: string]: Captured } = {}
  for (const key of Object.keys(value)) {
    setField(copy, key, mapStrings(value[key] as Captured, change, inside))
  }
  return copy
}
