import { types } from 'node:util'

/** JSON in a text or in bytes, or what has been parsed already; `undefined` where it is none. */
export function parsedBody(body: unknown): unknown {
  try {
    if (typeof body === 'string') return JSON.parse(body) as unknown
    if (types.isUint8Array(body)) return JSON.parse(new TextDecoder().decode(body)) as unknown
    const isObject = typeof body === 'object' && body !== null && !types.isProxy(body)
    return isObject && Object.getPrototypeOf(body) === Object.prototype ? body : undefined
  } catch {
    return undefined
  }
}
