import { type Method, read } from '../base/index.ts'
import { type MetaOptions, withMeta } from './meta.ts'
import { isOutgoing, type Transport } from './protocol.ts'

/**
 * Runs `send`, which hands a request to the transport at once. Versions of the SDK before 1.13 replace the metadata of
 * a request whose progress is asked for; there the trace is put back into what the transport gets.
 */
export function keepingMeta<T>(transport: Transport | undefined, meta: MetaOptions, send: () => T): T {
  const original: unknown = read(transport, 'send')
  const before = transport && Object.getOwnPropertyDescriptor(transport, 'send')
  if (transport === undefined || typeof original !== 'function') return send()
  const amender: Method = function (message, ...rest) {
    const isBare = isOutgoing(message) && read(message, 'params', '_meta', 'traceparent') === undefined
    return Reflect.apply(original, this, [isBare ? withMeta(message, meta) : message, ...rest])
  }
  if (!Reflect.defineProperty(transport, 'send', { value: amender, configurable: true, writable: true }))
    return send()
  try {
    return send()
  } finally {
    if (Object.getOwnPropertyDescriptor(transport, 'send')?.value === amender) {
      if (before) Reflect.defineProperty(transport, 'send', before)
      else Reflect.deleteProperty(transport, 'send')
    }
  }
}
