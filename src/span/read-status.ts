import { readProperty } from '../runtime/read-property.ts'
import { StatusCode } from './ended-span.ts'

/** A status as it was meant: `'OK'`, `'ERROR'` with its message, or OpenTelemetry's `{ code, message }`. */
export function readStatus(
  status: unknown,
  message: string | undefined,
): { code: StatusCode; message: string | undefined } | undefined {
  if (status === 'OK') return { code: StatusCode.OK, message: undefined }
  if (status === 'ERROR') return { code: StatusCode.ERROR, message }
  if (typeof status !== 'object' || status === null) return undefined
  const code = readProperty(status, 'code')
  const own = readProperty(status, 'message')
  if (code !== StatusCode.UNSET && code !== StatusCode.OK && code !== StatusCode.ERROR) return undefined
  return { code, message: typeof own === 'string' ? own : undefined }
}
