import { cutText } from '../span/capture/capture-strings.ts'
import type { Captured } from '../span/capture/captured.ts'
import { fitTo } from '../span/capture/fit-value.ts'
import { nestsDeep } from '../span/capture/nesting.ts'
import { isJson } from '../span/semconv/json-text.ts'

/** What stands for bytes, or for a whole value, of which nothing could be kept. */
export const bytesMark = (count: number): string => `…[${count} bytes cut]…`

/**
 * The UTF-8 text `bytes` in at most `maxBytes` (64 or more): what it begins and ends with, and a mark that says how
 * much is gone. JSON text stays JSON text, its largest strings being cut.
 */
export function cutTextBytes(bytes: Uint8Array, maxBytes: number): Uint8Array {
  return Buffer.from(cut(bytes, maxBytes))
}

function cut(bytes: Uint8Array, maxBytes: number): string {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    return beginsLikeJson(text)
      ? (cutJson(text, maxBytes) ?? cutText(text, maxBytes))
      : cutText(text, maxBytes)
  } catch {
    // Longer than any string that the engine has.
    return bytesMark(bytes.length)
  }
}

/** Whether `text` begins as the JSON text of a list, an object or a text does. */
export const beginsLikeJson = (text: string): boolean => /^\s*[[{"]/.test(text)

/** `undefined` where `text` is no JSON. */
function cutJson(text: string, maxBytes: number): string | undefined {
  const mark = JSON.stringify(bytesMark(Buffer.byteLength(text)))
  // Measuring and cutting go down level by level, so what is made to be deep would take for ever.
  if (nestsDeep(text)) return isJson(text) ? mark : undefined
  let value: Captured
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const fitted = JSON.stringify(fitTo(value, maxBytes))
  return Buffer.byteLength(fitted) <= maxBytes ? fitted : mark
}
