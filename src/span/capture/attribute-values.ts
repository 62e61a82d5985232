import type { Redact } from '../../config/limits.ts'
import { ownKeys, readProperty } from '../../runtime/read-property.ts'
import type { Attributes, AttributeValue } from '../attributes.ts'
import { exportedKey } from '../semconv/exported-name.ts'
import { toJsonText } from '../semconv/json-text.ts'
import { type CaptureOptions, capture } from './capture.ts'

/**
 * `value` as OTLP carries it: text, numbers and booleans as they are, lists of these natively, everything else as
 * JSON text. `undefined` when there is nothing to record.
 */
export function attributeValue(value: unknown, options: CaptureOptions): AttributeValue | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  const captured = capture(value, options)
  if (typeof captured !== 'object') return captured
  if (captured === null) return undefined
  if (Array.isArray(captured) && captured.every(isPrimitive)) return captured as AttributeValue
  return toJsonText(captured)
}

/** Copies what can be recorded of `given` into `target`, and what `admits` lets pass. A getter that throws loses its own attribute only. */
export function copyAttributes(
  target: Attributes,
  given: object,
  redact: Redact | undefined,
  optionsFor: (key: string) => CaptureOptions,
  admits?: (key: string, value: unknown) => boolean,
): Attributes {
  for (const key of ownKeys(given)) {
    if (key === '') continue
    const read = readProperty(given, key)
    if (admits !== undefined && !admits(key, read)) continue
    const value = attributeValue(read, optionsFor(key))
    const exported = exportedKey(key, redact)
    if (value !== undefined && exported !== '') target[exported] = value
  }
  return target
}

function isPrimitive(value: unknown): boolean {
  return value === null || typeof value !== 'object'
}
