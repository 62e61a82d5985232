import type { Captured } from './captured.ts'

// MLflow reads OTLP, and writes traces for its readers, with protobuf libraries that refuse more than 100 messages
// within each other. A list is two of them, an object three: on MLflow 3.17, 31 objects or 47 lists of a native value
// are taken, and one more loses the request; of JSON text 32 or 48 can be read back, and one more makes the trace
// unreadable for ever.
export const LIST_MESSAGES = 2
export const OBJECT_MESSAGES = 3
export const MAX_NATIVE = 92
const MAX_TEXT = 96

/**
 * `value` with what lies too deep for MLflow replaced by its JSON text, of which nothing is lost that way; `value`
 * itself when all of it can stay.
 */
export function withinNesting(value: Captured, room: number = MAX_NATIVE): Captured {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const left = room - LIST_MESSAGES
    return left < 0 ? JSON.stringify(value) : itemsWithin(value, left)
  }
  const left = room - OBJECT_MESSAGES
  return left < 0 ? JSON.stringify(value) : fieldsWithin(value as Readonly<Record<string, Captured>>, left)
}

function itemsWithin(items: readonly Captured[], room: number): Captured {
  let copy: Captured[] | undefined
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i] as Captured
    const kept = withinNesting(item, room)
    if (kept === item) continue
    copy ??= items.slice()
    copy[i] = kept
  }
  return (copy ?? items) as Captured
}

function fieldsWithin(fields: Readonly<Record<string, Captured>>, room: number): Captured {
  let changed: [string, Captured][] | undefined
  for (const key of Object.keys(fields)) {
    const field = fields[key] as Captured
    const kept = withinNesting(field, room)
    if (kept === field) continue
    changed ??= []
    changed.push([key, kept])
  }
  if (changed === undefined) return fields as Captured
  const kept = new Map(changed)
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, kept.get(key) ?? field]),
  ) as Captured
}

/** Whether JSON text nests so deep that `most` messages do not hold it. By its brackets alone: it may be no JSON. */
export function nestsDeep(text: string, most: number = MAX_TEXT): boolean {
  let messages = 0
  let isInString = false
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit === 0x22) isInString = !isInString
    else if (unit === 0x5c && isInString) i += 1
    else if (!isInString) {
      messages += messagesOf(unit)
      if (messages > most) return true
    }
  }
  return false
}

function messagesOf(unit: number): number {
  if (unit === 0x5b) return LIST_MESSAGES
  if (unit === 0x5d) return -LIST_MESSAGES
  if (unit === 0x7b) return OBJECT_MESSAGES
  return unit === 0x7d ? -OBJECT_MESSAGES : 0
}
