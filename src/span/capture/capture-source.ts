import type { Limits, Redact } from '../../config/limits.ts'
import type { CaptureOptions } from './capture.ts'

/** What decides on how values are captured: a span's host, or the configuration itself. */
interface CaptureRules {
  readonly limits: Limits
  readonly redact?: Redact | undefined
}

let last: CaptureOptions | undefined

/** How a value of the span named `span` is captured that stands under `key`. */
export function captureOptionsFor(
  { limits, redact }: CaptureRules,
  span: string,
  spanType: string,
  key: string,
): CaptureOptions {
  if (redact !== undefined) return { limits, redact, context: { span, spanType, key } }
  // Without a hook they are the same for all values, of which every span has several.
  if (last?.limits !== limits) last = { limits }
  return last
}
