import type { Span as OtelSpan } from '@opentelemetry/api'
import type { Limits, Redact } from '../config/limits.ts'
import type { TimeInput } from '../runtime/clock.ts'
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

export interface LiveSpanInit {
  readonly host: SpanHost
  readonly trace: TraceRecord
  readonly spanId: string
  readonly parentSpanId?: string | undefined
  readonly parentIsRemote?: boolean | undefined
  readonly parent?: OpenSpan | undefined
  readonly traceFlags: number
  readonly traceState?: string | undefined
  readonly name: string
  readonly kind?: number | undefined
  readonly startTime?: TimeInput | undefined
  readonly scope: InstrumentationScope
  /** Absent on spans that other libraries start through OpenTelemetry's API. */
  readonly spanType?: string | undefined
  /** The same span in the application's own provider. */
  readonly mirror?: OtelSpan | undefined
}

/** What most spans of ours have not: a span keeps it in an object of its own, for every field costs each of them memory. */
export type RareParts = Pick<LiveSpanInit, 'parentIsRemote' | 'traceFlags' | 'kind' | 'scope' | 'mirror'>

export function rarePartsOf(init: LiveSpanInit): RareParts | undefined {
  const { parentIsRemote, traceFlags, kind, scope, mirror } = init
  const isUsual =
    parentIsRemote !== true &&
    traceFlags === init.trace.flags &&
    kind === undefined &&
    scope === OWN_SCOPE &&
    mirror === undefined
  return isUsual ? undefined : { parentIsRemote, traceFlags, kind, scope, mirror }
}
