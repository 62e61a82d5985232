import type { Span as OtelSpan } from '@opentelemetry/api'
import type { Limits, Redact } from '../config/limits.ts'
import type { EndedSpan } from './ended-span.ts'
import { type InstrumentationScope, OWN_SCOPE } from './instrumentation-scope.ts'
import type { OpenContent } from './open-content.ts'
import type { OpenSpan } from './open-spans.ts'
import type { TraceRecord } from './trace-record.ts'

/** What a span must know of the pipeline that it will leave through. */
export interface SpanHost {
  readonly captureContent: boolean
  readonly limits: Limits
  readonly redact: Redact | undefined
  /** What its open spans hold. */
  readonly openContent: OpenContent
  /** Told of each span that begins, where somebody asked to be. */
  began?: ((span: OpenSpan) => void) | undefined
  /** Takes a span that has ended. */
  ended(span: EndedSpan): void
}

/** What most spans of ours have not: a span keeps it in an object of its own, for every field costs each of them memory. */
export interface RareParts {
  readonly parentIsRemote: boolean
  readonly traceFlags: number
  readonly kind: number | undefined
  readonly scope: InstrumentationScope
  /** The same span in the application's own provider. */
  readonly mirror: OtelSpan | undefined
}

/** `parts` of a span in `trace`, where there is anything in them. */
export function rarePartsOf(parts: RareParts, trace: TraceRecord): RareParts | undefined {
  const { parentIsRemote, traceFlags, kind, scope, mirror } = parts
  const isUsual =
    !parentIsRemote &&
    traceFlags === trace.flags &&
    kind === undefined &&
    scope === OWN_SCOPE &&
    mirror === undefined
  return isUsual ? undefined : parts
}
