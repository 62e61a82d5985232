import type {
  Attributes,
  AttributeValue,
  DecodedEvent,
  DecodedLink,
  DecodedSpan,
  SpanKindName,
  WireKind,
} from './decoded-span.ts'
import { ProtobufError, walkMessage } from './protobuf-walk.ts'

// Field numbers: https://github.com/open-telemetry/opentelemetry-proto, v1.10.0, trace/v1 and common/v1.
const KINDS: readonly SpanKindName[] = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const CODES = ['UNSET', 'OK', 'ERROR'] as const

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Pair = readonly [key: string, value: AttributeValue, kind: WireKind]

/** Spans of an OTLP `ExportTraceServiceRequest`, in wire order. Throws a `ProtobufError` on anything unsound. */
export function decodeTraceRequest(body: Uint8Array): DecodedSpan[] {
  const spans: DecodedSpan[] = []
  walkMessage('ExportTraceServiceRequest', body, {
    1: (field) => spans.push(...resourceSpans(field.bytes())),
  })
  return spans
}

function resourceSpans(bytes: Uint8Array): DecodedSpan[] {
  const spans: Writable<DecodedSpan>[] = []
  let resource: Attributes = {}
  walkMessage('ResourceSpans', bytes, {
    1: (field) => {
      resource = resourceAttributes(field.bytes())
    },
    2: (field) => spans.push(...scopeSpans(field.bytes())),
    3: (field) => field.text(),
  })
  for (const span of spans) span.resource = resource
  return spans
}

function resourceAttributes(bytes: Uint8Array): Attributes {
  const pairs: Pair[] = []
  walkMessage('Resource', bytes, {
    1: (field) => pairs.push(keyValue(field.bytes())),
    2: (field) => field.uint(),
    3: (field) => field.bytes(),
  })
  return attributesOf('Resource', pairs)
}

function scopeSpans(bytes: Uint8Array): Writable<DecodedSpan>[] {
  const spans: Writable<DecodedSpan>[] = []
  let scope: DecodedSpan['scope'] = { name: '', version: '', attributes: {} }
  walkMessage('ScopeSpans', bytes, {
    1: (field) => {
      scope = decodeScope(field.bytes())
    },
    2: (field) => spans.push(decodeSpan(field.bytes())),
    3: (field) => field.text(),
  })
  for (const span of spans) span.scope = scope
  return spans
}

function decodeScope(bytes: Uint8Array): DecodedSpan['scope'] {
  const scope = { name: '', version: '' }
  const pairs: Pair[] = []
  walkMessage('InstrumentationScope', bytes, {
    1: (field) => {
      scope.name = field.text()
    },
    2: (field) => {
      scope.version = field.text()
    },
    3: (field) => pairs.push(keyValue(field.bytes())),
    4: (field) => field.uint(),
  })
  return { ...scope, attributes: attributesOf('InstrumentationScope', pairs) }
}

function decodeSpan(bytes: Uint8Array): Writable<DecodedSpan> {
  const span = emptySpan()
  const pairs: Pair[] = []
  const events: DecodedEvent[] = []
  const links: DecodedLink[] = []
  walkMessage('Span', bytes, {
    1: (field) => set(span, 'traceId', hex(field.bytes())),
    2: (field) => set(span, 'spanId', hex(field.bytes())),
    3: (field) => set(span, 'traceState', field.text()),
    4: (field) => set(span, 'parentSpanId', hex(field.bytes()) || undefined),
    5: (field) => set(span, 'name', field.text()),
    6: (field) => set(span, 'kind', named(KINDS, field.uint(), 'Span.kind')),
    7: (field) => set(span, 'startTimeUnixNano', field.fixed64()),
    8: (field) => set(span, 'endTimeUnixNano', field.fixed64()),
    9: (field) => pairs.push(keyValue(field.bytes())),
    10: (field) => set(span, 'droppedAttributesCount', field.uint()),
    11: (field) => events.push(decodeEvent(field.bytes())),
    12: (field) => set(span, 'droppedEventsCount', field.uint()),
    13: (field) => links.push(decodeLink(field.bytes())),
    14: (field) => set(span, 'droppedLinksCount', field.uint()),
    15: (field) => set(span, 'status', decodeStatus(field.bytes())),
    16: (field) => set(span, 'flags', field.fixed32()),
  })
  const wireKinds = Object.fromEntries(pairs.map(([key, , kind]) => [key, kind]))
  return { ...span, attributes: attributesOf('Span', pairs), wireKinds, events, links }
}

function emptySpan(): Writable<DecodedSpan> {
  return {
    traceId: '',
    spanId: '',
    parentSpanId: undefined,
    traceState: '',
    flags: 0,
    name: '',
    kind: 'UNSPECIFIED',
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: {},
    wireKinds: {},
    events: [],
    links: [],
    status: { code: 'UNSET', message: '' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    resource: {},
    scope: { name: '', version: '', attributes: {} },
  }
}

function set<T, K extends keyof T>(target: T, key: K, value: T[K]): void {
  target[key] = value
}

function decodeEvent(bytes: Uint8Array): DecodedEvent {
  const event = { name: '', timeUnixNano: 0n, droppedAttributesCount: 0 }
  const pairs: Pair[] = []
  walkMessage('Span.Event', bytes, {
    1: (field) => set(event, 'timeUnixNano', field.fixed64()),
    2: (field) => set(event, 'name', field.text()),
    3: (field) => pairs.push(keyValue(field.bytes())),
    4: (field) => set(event, 'droppedAttributesCount', field.uint()),
  })
  return { ...event, attributes: attributesOf('Span.Event', pairs) }
}

function decodeLink(bytes: Uint8Array): DecodedLink {
  const link = { traceId: '', spanId: '', traceState: '', flags: 0, droppedAttributesCount: 0 }
  const pairs: Pair[] = []
  walkMessage('Span.Link', bytes, {
    1: (field) => set(link, 'traceId', hex(field.bytes())),
    2: (field) => set(link, 'spanId', hex(field.bytes())),
    3: (field) => set(link, 'traceState', field.text()),
    4: (field) => pairs.push(keyValue(field.bytes())),
    5: (field) => set(link, 'droppedAttributesCount', field.uint()),
    6: (field) => set(link, 'flags', field.fixed32()),
  })
  return { ...link, attributes: attributesOf('Span.Link', pairs) }
}

function decodeStatus(bytes: Uint8Array): DecodedSpan['status'] {
  const status: Writable<DecodedSpan['status']> = { code: 'UNSET', message: '' }
  walkMessage('Status', bytes, {
    2: (field) => set(status, 'message', field.text()),
    3: (field) => set(status, 'code', named(CODES, field.uint(), 'Status.code')),
  })
  return status
}

function keyValue(bytes: Uint8Array): Pair {
  let key = ''
  let value: AttributeValue = null
  let kind: WireKind = 'empty'
  walkMessage('KeyValue', bytes, {
    1: (field) => {
      key = field.text()
    },
    2: (field) => {
      ;[value, kind] = anyValue(field.bytes())
    },
  })
  return [key, value, kind]
}

function anyValue(bytes: Uint8Array): [AttributeValue, WireKind] {
  let result: [AttributeValue, WireKind] = [null, 'empty']
  walkMessage('AnyValue', bytes, {
    1: (field) => {
      result = [field.text(), 'string']
    },
    2: (field) => {
      result = [field.bool(), 'bool']
    },
    3: (field) => {
      const int = field.int64()
      result = [Number.isSafeInteger(Number(int)) ? Number(int) : int, 'int']
    },
    4: (field) => {
      result = [field.double(), 'double']
    },
    5: (field) => {
      const items: AttributeValue[] = []
      walkMessage('ArrayValue', field.bytes(), { 1: (item) => items.push(anyValue(item.bytes())[0]) })
      result = [items, 'array']
    },
    6: (field) => {
      const pairs: Pair[] = []
      walkMessage('KeyValueList', field.bytes(), { 1: (item) => pairs.push(keyValue(item.bytes())) })
      result = [attributesOf('KeyValueList', pairs) as { [key: string]: AttributeValue }, 'kvlist']
    },
    7: (field) => {
      result = [Uint8Array.from(field.bytes()), 'bytes']
    },
  })
  return result
}

// The specification asks for unique keys, and servers disagree about which of two wins.
function attributesOf(where: string, pairs: readonly Pair[]): Attributes {
  const attributes = Object.fromEntries(pairs)
  if (Object.keys(attributes).length !== pairs.length) {
    const keys = pairs.map(([key]) => key)
    const twice = keys.find((key, index) => keys.indexOf(key) !== index)
    throw new ProtobufError(`${where} has the attribute "${twice}" twice`)
  }
  return attributes
}

function named<T>(names: readonly T[], index: number, where: string): T {
  const name = names[index]
  if (name === undefined) throw new ProtobufError(`${where} has no value ${index}`)
  return name
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
