import type { SpanContext } from '@opentelemetry/api'
import type { Config } from '../config/config.ts'
import { exportedTo } from '../export/targets/double-export.ts'
import type { HrTime } from '../runtime/clock.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { isSpanContextValid, TraceFlags } from '../runtime/otel-trace.ts'
import { readEach, readProperty } from '../runtime/read-property.ts'
import { stateTextOf } from '../runtime/trace-context.ts'
import type { Attributes } from '../span/attributes.ts'
import { attributeValue, copyAttributes } from '../span/capture/attribute-values.ts'
import type { CaptureOptions } from '../span/capture/capture.ts'
import { captureOptionsFor } from '../span/capture/capture-source.ts'
import { countOf, hrTimeOf, itemsOf, kindOf, scopeOf, spanContextOf } from '../span/capture/clean-fields.ts'
import {
  type EndedSpan,
  type SpanEvent,
  type SpanLinkData,
  type SpanStatus,
  StatusCode,
} from '../span/ended-span.ts'
import { COUNTED_KEYS, countsIn } from '../span/semconv/content-counts.ts'
import { exportedScope } from '../span/semconv/exported-name.ts'
import { admittedName, isAdmitted, isAdmittedInEvent } from '../span/semconv/external-content.ts'
import { spanTypeOfAttributes } from '../span/semconv/span-type.ts'
import type { TraceRecord } from '../span/trace-record.ts'
import { seenParent } from './suppressed-scopes.ts'

/** A span as SDK 1.x, 2.x and 3.x hand it to processors and exporters; only the slice that is read. */
export interface ExternalSpan {
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
  readonly events?: readonly {
    readonly name: string
    readonly time: HrTime
    readonly attributes?: object
    readonly droppedAttributesCount?: number
  }[]
  readonly links?: readonly {
    readonly context: ReturnType<ExternalSpan['spanContext']>
    readonly attributes?: object
    readonly droppedAttributesCount?: number
  }[]
  readonly droppedAttributesCount?: number
  readonly droppedEventsCount?: number
  readonly droppedLinksCount?: number
  readonly resource?: { readonly attributes: Readonly<Record<string, unknown>> }
  readonly instrumentationScope?: { readonly name: string; readonly version?: string }
  readonly instrumentationLibrary?: { readonly name: string; readonly version?: string }
}

/** ID of the parent, in whichever field this SDK has it. */
export function parentIdOf(
  span: Pick<ExternalSpan, 'parentSpanContext' | 'parentSpanId'>,
): string | undefined {
  const above = readProperty(readProperty(span, 'parentSpanContext'), 'spanId')
  const given = above ?? readProperty(span, 'parentSpanId')
  return seenParent(isSpanId(given) ? given : undefined)
}

/** What a span says of its tracer, in whichever field this SDK has it. */
export const scopeIn = (span: ExternalSpan): unknown =>
  readProperty(span, 'instrumentationScope') ?? readProperty(span, 'instrumentationLibrary')

const isSpanId = (given: unknown): given is string =>
  typeof given === 'string' && isSpanContextValid({ traceId: 'f'.repeat(32), spanId: given, traceFlags: 0 })

/** What a span of another library says of itself. @throws for one that no receiver could tell from others */
export function externalContext(span: ExternalSpan): SpanContext {
  // Providers hand over what they sampled; a span is not left out for flags that say nothing.
  const context = spanContextOf(span, TraceFlags.SAMPLED)
  if (!isSpanContextValid(context)) throw new TypeError('it has no valid trace ID and span ID')
  return context
}

/** Says that a span could not be copied; once, for a library that makes one makes many. */
export function sayUnreadable(thrown: unknown): void {
  diagnoseOnce(
    'warn',
    'TS_SPAN_UNREADABLE',
    `A span of the application's tracer provider could not be read (${messageOf(thrown)}) and does not reach turnspan; the provider's own backend still gets it. If the provider is not one of OpenTelemetry's SDK, init({ provider: 'private' }) keeps the two apart.`,
  )
}

/**
 * Our own copy of a span that another library made: cleaned, without content when content is not captured, redacted.
 * The span itself, which other processors see, is not touched. Its fields may hold anything.
 *
 * @throws for a span without IDs or times
 */
export function copyExternalSpan(span: ExternalSpan, trace: TraceRecord, config: Config): EndedSpan {
  const { traceId, spanId, traceFlags, traceState } = externalContext(span)
  const read = <K extends keyof ExternalSpan>(key: K): ExternalSpan[K] =>
    readProperty(span, key) as ExternalSpan[K]
  const name = read('name')
  const given = objectOr(read('attributes'))
  const types = readEach(given as Record<string, unknown>, TYPE_KEYS)
  const spanType = spanTypeOfAttributes(types)
  const scope = scopeIn(span)
  const scoped = scopeOf(readProperty(scope, 'name'), readProperty(scope, 'version'))
  const copying: Copying = {
    config,
    scope: scoped.name,
    types,
    optionsFor: (key) =>
      captureOptionsFor(config, typeof name === 'string' ? name : 'unnamed', spanType, key),
  }
  const parent = parentIdOf(span)
  const state = stateTextOf(traceState)
  const elsewhere = exportedTo(span, config)
  const [startTime, endTime] = timesOf(read('startTime'), read('endTime'))
  const [events, links] = [itemsOf(read('events')), itemsOf(read('links'))]
  const dropped = {
    attributes: countOf(read('droppedAttributesCount')),
    events: countOf(countOf(read('droppedEventsCount')) + events.more),
    links: countOf(countOf(read('droppedLinksCount')) + links.more),
  }
  return Object.freeze({
    traceId,
    spanId,
    ...(parent !== undefined && { parentSpanId: parent }),
    parentIsRemote: readProperty(read('parentSpanContext'), 'isRemote') === true,
    traceFlags,
    ...(state !== undefined && { traceState: state }),
    name: textIn(copying, nameIn(copying, name, 'span'), 'name') ?? 'unnamed',
    kind: kindOf(read('kind')),
    startTime,
    endTime,
    status: statusOf(copying, read('status')),
    attributes: { ...attributesOf(copying, given), ...(!config.captureContent && countsOf(given)) },
    events: events.items.flatMap((event) => eventOf(copying, event, endTime)),
    links: links.items.flatMap((link) => linkOf(copying, link)),
    ...(dropped.attributes + dropped.events + dropped.links > 0 && { dropped }),
    scope: exportedScope(scoped, config.redact),
    ...(elsewhere.length > 0 && { exportedTo: elsewhere }),
    trace,
  })
}

/** How many attributes of an event or a link its maker left out. */
function droppedAttributes(given: unknown): { droppedAttributes?: number } {
  const count = countOf(readProperty(given, 'droppedAttributesCount'))
  return count > 0 ? { droppedAttributes: count } : {}
}

interface Copying {
  readonly config: Config
  /** Name of the instrumentation scope. */
  readonly scope: string
  /** Those attributes of the span that tell what it is. */
  readonly types: Readonly<Record<string, unknown>>
  readonly optionsFor: (key: string) => CaptureOptions
}

const TYPE_KEYS: readonly string[] = [
  'gen_ai.operation.name',
  'openinference.span.kind',
  'traceloop.span.kind',
  'ai.operationId',
]

const objectOr = (given: unknown): object => (typeof given === 'object' && given !== null ? given : {})

function timesOf(start: unknown, end: unknown): [HrTime, HrTime] {
  const [startTime, endTime] = [hrTimeOf(start), hrTimeOf(end)]
  const known = startTime ?? endTime
  if (known === undefined) throw new TypeError('it has neither a start nor an end')
  return [startTime ?? known, endTime ?? known]
}

function textIn({ optionsFor }: Copying, value: unknown, key: string): string | undefined {
  const kept = typeof value === 'string' && value !== '' ? attributeValue(value, optionsFor(key)) : undefined
  return kept === undefined ? undefined : String(kept)
}

/** The attributes that hold no content, or all of them when content is captured; `event` names the one they are of. */
function attributesOf({ config, scope, optionsFor }: Copying, given: object, event?: string): Attributes {
  const admits = config.captureContent ? undefined : admitsFor(scope, event)
  return copyAttributes({}, given, config.redact, optionsFor, admits)
}

/** Token counts of libraries that have them in the midst of content, which is not captured. */
function countsOf(given: object): Attributes {
  const counts = COUNTED_KEYS.map((key) => [key, countsIn(key, readProperty(given, key))] as const)
  return Object.fromEntries(counts.filter((one): one is [string, string] => one[1] !== undefined))
}

/** A name that somebody gave, where that cannot be content. */
function nameIn({ config, scope, types }: Copying, name: unknown, instead: string): unknown {
  return config.captureContent || typeof name !== 'string' ? name : admittedName(scope, name, instead, types)
}

function statusOf(copying: Copying, given: unknown): SpanStatus {
  const code = readProperty(given, 'code')
  const message = copying.config.captureContent
    ? textIn(copying, readProperty(given, 'message'), 'status')
    : undefined
  const known = code === StatusCode.OK || code === StatusCode.ERROR ? code : StatusCode.UNSET
  return { code: known, ...(message !== undefined && { message }) }
}

function eventOf(copying: Copying, given: unknown, otherwise: HrTime): SpanEvent[] {
  if (typeof given !== 'object' || given === null) return []
  const attributes = readProperty(given, 'attributes')
  const name = readProperty(given, 'name')
  const event = typeof name === 'string' ? name : 'event'
  return [
    {
      name: textIn(copying, nameIn(copying, name, 'event'), 'event') ?? 'event',
      time: hrTimeOf(readProperty(given, 'time')) ?? otherwise,
      ...(attributes ? { attributes: attributesOf(copying, objectOr(attributes), event) } : {}),
      ...droppedAttributes(given),
    },
  ]
}

function linkOf(copying: Copying, given: unknown): SpanLinkData[] {
  const attributes = readProperty(given, 'attributes')
  const context = spanContextOf({ spanContext: () => readProperty(given, 'context') })
  if (!isSpanContextValid(context)) return []
  const { traceId, spanId, traceFlags } = context
  const state = stateTextOf(context.traceState)
  return [
    {
      traceId,
      spanId,
      traceFlags,
      ...(state !== undefined && { traceState: state }),
      ...(attributes ? { attributes: attributesOf(copying, objectOr(attributes)) } : {}),
      ...droppedAttributes(given),
    },
  ]
}

/** What may be kept of the attributes of a span or a link, or of the event of that name, when content is not captured. */
function admitsFor(scope: string, event: string | undefined): (key: string, value: unknown) => boolean {
  if (event === undefined) return (key, value) => isAdmitted(scope, key, value)
  return (key, value) => isAdmittedInEvent(scope, event, key, value)
}
