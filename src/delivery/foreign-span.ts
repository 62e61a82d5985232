import type { Config } from '../config/config.ts'
import type { HrTime } from '../runtime/clock.ts'
import { attributeValue, copyAttributes } from '../span/attribute-values.ts'
import type { CaptureOptions } from '../span/capture.ts'
import { captureOptionsFor } from '../span/capture-source.ts'
import type { Attributes, EndedSpan, SpanEvent, SpanLinkData, StatusCode } from '../span/ended-span.ts'
import { admittedName, isAdmitted, isAdmittedInEvent } from '../span/foreign-content.ts'
import { spanTypeOfAttributes } from '../span/span-type.ts'
import type { TraceRecord } from '../span/trace-record.ts'
import { seenParent } from './muted-scopes.ts'

/** A span as SDK 1.x, 2.x and 3.x hand it to processors and exporters; only the slice that is read. */
export interface ForeignSpan {
  readonly name: string
  readonly kind: number
  spanContext(): {
    readonly traceId: string
    readonly spanId: string
    readonly traceFlags: number
    readonly traceState?: { serialize(): string }
  }
  /** SDK 2.x and later. */
  readonly parentSpanContext?: { readonly spanId: string; readonly isRemote?: boolean }
  /** SDK 1.x. */
  readonly parentSpanId?: string
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly status: { readonly code: number; readonly message?: string }
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events?: readonly { readonly name: string; readonly time: HrTime; readonly attributes?: object }[]
  readonly links?: readonly {
    readonly context: ReturnType<ForeignSpan['spanContext']>
    readonly attributes?: object
  }[]
  readonly resource?: { readonly attributes: Readonly<Record<string, unknown>> }
  readonly instrumentationScope?: { readonly name: string; readonly version?: string }
  readonly instrumentationLibrary?: { readonly name: string; readonly version?: string }
}

/** ID of the parent, in whichever field this SDK has it. */
export function parentIdOf(
  span: Pick<ForeignSpan, 'parentSpanContext' | 'parentSpanId'>,
): string | undefined {
  return seenParent(span.parentSpanContext?.spanId ?? (span.parentSpanId || undefined))
}

/**
 * Our own copy of a span that another library made: cleaned, without content when content is not captured, redacted.
 * The span itself, which other processors see, is not touched.
 */
export function copyForeignSpan(span: ForeignSpan, trace: TraceRecord, config: Config): EndedSpan {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const spanType = spanTypeOfAttributes(span.attributes)
  const optionsFor = (key: string): CaptureOptions => captureOptionsFor(config, span.name, spanType, key)
  const scope = span.instrumentationScope ?? span.instrumentationLibrary ?? { name: 'unknown' }
  const attributes = (given: object, event?: string): Attributes =>
    copyAttributes(
      {},
      given,
      config.redact,
      optionsFor,
      config.captureContent ? undefined : admitsFor(scope.name, event),
    )
  const named = (name: string, instead: string): string =>
    config.captureContent ? name : admittedName(scope.name, name, instead)
  const text = (value: string | undefined, key: string): string | undefined => {
    const kept = value === undefined || value === '' ? undefined : attributeValue(value, optionsFor(key))
    return kept === undefined ? undefined : String(kept)
  }
  const parent = parentIdOf(span)
  const state = traceState?.serialize()
  const message = config.captureContent ? text(span.status.message, 'status') : undefined
  return Object.freeze({
    traceId,
    spanId,
    ...(parent !== undefined && { parentSpanId: parent }),
    parentIsRemote: span.parentSpanContext?.isRemote ?? false,
    traceFlags,
    ...(state && { traceState: state }),
    name: text(named(span.name, 'span'), 'name') || 'unnamed',
    kind: span.kind,
    startTime: span.startTime,
    endTime: span.endTime,
    status: { code: span.status.code as StatusCode, ...(message !== undefined && { message }) },
    attributes: attributes(span.attributes),
    events: (span.events ?? []).map(
      (event): SpanEvent => ({
        name: text(named(event.name, 'event'), 'event') || 'event',
        time: event.time,
        ...(event.attributes && { attributes: attributes(event.attributes, event.name) }),
      }),
    ),
    links: (span.links ?? []).map(
      (link): SpanLinkData => ({
        traceId: link.context.traceId,
        spanId: link.context.spanId,
        traceFlags: link.context.traceFlags,
        ...(link.attributes && { attributes: attributes(link.attributes) }),
      }),
    ),
    scope: { name: scope.name, ...(scope.version !== undefined && { version: scope.version }) },
    trace,
  })
}

/** What may be kept of the attributes of a span or a link, or of the event of that name, when content is not captured. */
function admitsFor(scope: string, event: string | undefined): (key: string, value: unknown) => boolean {
  if (event === undefined) return (key, value) => isAdmitted(scope, key, value)
  return (key, value) => isAdmittedInEvent(scope, event, key, value)
}
