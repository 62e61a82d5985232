import type { Watch } from './follower.ts'
import { methodOf } from './mirror.ts'

/** So many properties are looked at. */
const MAX_KEYS = 64

/**
 * The stream that a result carries in a property named `stream`, or `…Stream`: `{ stream, response }`, or the results of
 * the AI SDK. Only properties with a value are looked at: a getter may start something.
 */
export function carriedStream(result: object): object | undefined {
  const keys = Object.getOwnPropertyNames(result)
  if (keys.length > MAX_KEYS) return undefined
  for (const key of keys) {
    if (!/^(stream|\w+Stream)$/.test(key)) continue
    const value: unknown = Object.getOwnPropertyDescriptor(result, key)?.value
    if (typeof value === 'object' && value !== null && isReadAsync(value)) return value
  }
  return undefined
}

const isReadAsync = (value: object): boolean =>
  methodOf(value, 'getReader') !== undefined || methodOf(value, Symbol.asyncIterator) !== undefined

/** A watch for the carried stream: of the parts that the AI SDK sends, the text or the object is what came out. */
export function watchParts(watch: Watch): Watch {
  let text: string | undefined
  let object: { value: unknown } | undefined
  const note = (chunk: unknown): void => {
    const { type, ...part } = fieldsOf(fieldsOf(chunk).part ?? chunk)
    if (type === 'text-delta') text = (text ?? '') + String(part.text ?? part.textDelta ?? part.delta ?? '')
    else if (type === 'object') object = { value: part.object }
  }
  const tell = (): void => {
    if (object !== undefined) watch.result(object.value)
    else if (text !== undefined) watch.result(text)
  }
  const told =
    <A extends unknown[]>(end: (...args: A) => void) =>
    (...args: A): void => {
      if (!watch.ended()) tell()
      end(...args)
    }
  return {
    ...watch,
    item(chunk) {
      note(chunk)
      watch.item(chunk)
    },
    done: told(watch.done),
    failed: told(watch.failed),
    stopped: told(watch.stopped),
  }
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
