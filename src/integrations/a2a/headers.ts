import { injectHeaders } from '../../context/propagation.ts'
import { isPlainObject } from '../base/index.ts'

/**
 * Options of a transport with the active trace among the `serviceParameters`, which become headers: a copy. The options
 * themselves where nothing is traced, where a trace is named already, or where a copy might say something else.
 */
export function withTraceHeaders(options: unknown): unknown {
  try {
    if (options !== undefined && !isPlainObject(options)) return options
    const given = options?.serviceParameters
    if (given !== undefined && !isPlainObject(given)) return options
    if (Object.keys(given ?? {}).some((key) => key.toLowerCase() === 'traceparent')) return options
    const headers = injectHeaders<Record<string, string>>({})
    if (headers.traceparent === undefined) return options
    return { ...options, serviceParameters: { ...given, ...headers } }
  } catch {
    // What cannot be copied is sent as it is.
    return options
  }
}
