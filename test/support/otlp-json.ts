import type { Attributes, AttributeValue, DecodedSpan, SpanKindName, WireKind } from './decoded-span.ts'

interface JsonValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string | number | bigint
  readonly doubleValue?: number | string
  readonly arrayValue?: { readonly values?: readonly JsonValue[] }
  readonly kvlistValue?: { readonly values?: readonly JsonPair[] }
  readonly bytesValue?: string
}

interface JsonPair {
  readonly key: string
  readonly value?: JsonValue
}

interface JsonSpan {
  readonly traceId?: string
  readonly spanId?: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly flags?: number
  readonly name?: string
  readonly kind?: number
  readonly startTimeUnixNano?: string
  readonly endTimeUnixNano?: string
  readonly attributes?: readonly JsonPair[]
  readonly events?: readonly JsonEvent[]
  readonly links?: readonly JsonLink[]
  readonly status?: { readonly code?: number; readonly message?: string }
  readonly droppedAttributesCount?: number
  readonly droppedEventsCount?: number
  readonly droppedLinksCount?: number
}

interface JsonEvent {
  readonly name?: string
  readonly timeUnixNano?: string
  readonly attributes?: readonly JsonPair[]
  readonly droppedAttributesCount?: number
}

interface JsonLink {
  readonly traceId?: string
  readonly spanId?: string
  readonly traceState?: string
  readonly flags?: number
  readonly attributes?: readonly JsonPair[]
  readonly droppedAttributesCount?: number
}

/** OTLP's JSON form, as the Collector's file exporter and Jaeger write it. */
export interface JsonTraces {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly JsonPair[] }
    readonly scopeSpans?: readonly {
      readonly scope?: {
        readonly name?: string
        readonly version?: string
        readonly attributes?: readonly JsonPair[]
      }
      readonly spans?: readonly JsonSpan[]
    }[]
  }[]
}

const KINDS: readonly SpanKindName[] = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const CODES = ['UNSET', 'OK', 'ERROR'] as const

/** Spans of an OTLP/JSON document, in its order. */
export function spansOfJson(traces: JsonTraces): DecodedSpan[] {
  return (traces.resourceSpans ?? []).flatMap((block) =>
    (block.scopeSpans ?? []).flatMap((scoped) => {
      const scope = {
        name: scoped.scope?.name ?? '',
        version: scoped.scope?.version ?? '',
        attributes: attributesOf(scoped.scope?.attributes),
      }
      return (scoped.spans ?? []).map((span) =>
        readSpan(span, attributesOf(block.resource?.attributes), scope),
      )
    }),
  )
}

function readSpan(span: JsonSpan, resource: Attributes, scope: DecodedSpan['scope']): DecodedSpan {
  return {
    traceId: span.traceId ?? '',
    spanId: span.spanId ?? '',
    parentSpanId: span.parentSpanId || undefined,
    traceState: span.traceState ?? '',
    flags: span.flags ?? 0,
    name: span.name ?? '',
    kind: KINDS[span.kind ?? 0] ?? 'UNSPECIFIED',
    startTimeUnixNano: BigInt(span.startTimeUnixNano ?? 0),
    endTimeUnixNano: BigInt(span.endTimeUnixNano ?? 0),
    attributes: attributesOf(span.attributes),
    wireKinds: Object.fromEntries((span.attributes ?? []).map(({ key, value = {} }) => [key, kindOf(value)])),
    events: (span.events ?? []).map((event) => ({
      name: event.name ?? '',
      timeUnixNano: BigInt(event.timeUnixNano ?? 0),
      attributes: attributesOf(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount ?? 0,
    })),
    links: (span.links ?? []).map((link) => ({
      traceId: link.traceId ?? '',
      spanId: link.spanId ?? '',
      traceState: link.traceState ?? '',
      flags: link.flags ?? 0,
      attributes: attributesOf(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount ?? 0,
    })),
    status: { code: CODES[span.status?.code ?? 0] ?? 'UNSET', message: span.status?.message ?? '' },
    droppedAttributesCount: span.droppedAttributesCount ?? 0,
    droppedEventsCount: span.droppedEventsCount ?? 0,
    droppedLinksCount: span.droppedLinksCount ?? 0,
    resource,
    scope,
  }
}

function attributesOf(pairs: readonly JsonPair[] = []): Attributes {
  return Object.fromEntries(pairs.map(({ key, value = {} }) => [key, decodeValue(value)]))
}

function kindOf(value: JsonValue): WireKind {
  return (Object.keys(value)[0]?.replace('Value', '') ?? 'empty') as WireKind
}

function decodeValue(value: JsonValue): AttributeValue {
  if (value.stringValue !== undefined) return value.stringValue
  if (value.boolValue !== undefined) return value.boolValue
  if (value.intValue !== undefined) {
    const int = Number(value.intValue)
    return Number.isSafeInteger(int) ? int : BigInt(value.intValue)
  }
  if (value.doubleValue !== undefined) return Number(value.doubleValue)
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(decodeValue)
  if (value.kvlistValue !== undefined) {
    return { ...attributesOf(value.kvlistValue.values) }
  }
  if (value.bytesValue !== undefined) return Uint8Array.from(Buffer.from(value.bytesValue, 'base64'))
  return null
}
