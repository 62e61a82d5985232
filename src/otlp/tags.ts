import { fixed32Tag, fixed64Tag, lengthTag, varintTag } from '../span/snapshot/writer.ts'

// Field numbers of OTLP's messages, as tags: common/v1/common.proto first.

/** Of `KeyValue`. */
export const KEY: number = lengthTag(1)
export const VALUE: number = lengthTag(2)

/** Of `AnyValue`. */
export const STRING: number = lengthTag(1)
export const BOOL: number = varintTag(2)
export const INT: number = varintTag(3)
export const DOUBLE: number = fixed64Tag(4)
export const ARRAY: number = lengthTag(5)
export const KVLIST: number = lengthTag(6)
export const BYTES: number = lengthTag(7)

/** Of `ArrayValue` and `KeyValueList`. */
export const ITEM: number = lengthTag(1)

type Tags<Field extends string> = Readonly<Record<Field, number>>

// trace/v1/trace.proto.

export const SPAN: Tags<
  | 'traceId'
  | 'spanId'
  | 'traceState'
  | 'parentSpanId'
  | 'name'
  | 'kind'
  | 'start'
  | 'end'
  | 'attributes'
  | 'droppedAttributes'
  | 'events'
  | 'droppedEvents'
  | 'links'
  | 'droppedLinks'
  | 'status'
  | 'flags'
> = {
  traceId: lengthTag(1),
  spanId: lengthTag(2),
  traceState: lengthTag(3),
  parentSpanId: lengthTag(4),
  name: lengthTag(5),
  kind: varintTag(6),
  start: fixed64Tag(7),
  end: fixed64Tag(8),
  attributes: lengthTag(9),
  droppedAttributes: varintTag(10),
  events: lengthTag(11),
  droppedEvents: varintTag(12),
  links: lengthTag(13),
  droppedLinks: varintTag(14),
  status: lengthTag(15),
  flags: fixed32Tag(16),
}

export const EVENT: Tags<'time' | 'name' | 'attributes' | 'droppedAttributes'> = {
  time: fixed64Tag(1),
  name: lengthTag(2),
  attributes: lengthTag(3),
  droppedAttributes: varintTag(4),
}

export const LINK: Tags<'traceId' | 'spanId' | 'traceState' | 'attributes' | 'droppedAttributes' | 'flags'> =
  {
    traceId: lengthTag(1),
    spanId: lengthTag(2),
    traceState: lengthTag(3),
    attributes: lengthTag(4),
    droppedAttributes: varintTag(5),
    flags: fixed32Tag(6),
  }

export const STATUS: Tags<'message' | 'code'> = { message: lengthTag(2), code: varintTag(3) }

/** Of a request, of resource spans, and of scope spans: the way to a span. */
export const RESOURCE_SPANS: number = lengthTag(1)
export const SCOPE_SPANS: number = lengthTag(2)
export const SPANS: number = lengthTag(2)
