/** A decoded OTLP value: kvlist → object, array → array, bytes → `Uint8Array`, ints beyond 2^53 → `bigint`. */
export type AttributeValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | AttributeValue[]
  | { [key: string]: AttributeValue }

/** Attributes by key. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** An event of a {@link DecodedSpan}. */
export interface DecodedEvent {
  readonly name: string
  readonly timeUnixNano: bigint
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
}

/** A link of a {@link DecodedSpan}. */
export interface DecodedLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  readonly flags: number
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
}

/** A span as it came over the wire. */
export interface DecodedSpan {
  /** Lower-case hex. */
  readonly traceId: string
  readonly spanId: string
  /** `undefined` for a root. */
  readonly parentSpanId: string | undefined
  readonly traceState: string
  readonly flags: number
  readonly name: string
  readonly kind: SpanKindName
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly attributes: Attributes
  /** Which kind of OTLP value each attribute came as: an int and a double look the same once decoded. */
  readonly wireKinds: Readonly<Record<string, WireKind>>
  readonly events: readonly DecodedEvent[]
  readonly links: readonly DecodedLink[]
  readonly status: { readonly code: 'UNSET' | 'OK' | 'ERROR'; readonly message: string }
  readonly droppedAttributesCount: number
  readonly droppedEventsCount: number
  readonly droppedLinksCount: number
  /** Attributes of the resource. */
  readonly resource: Attributes
  readonly scope: { readonly name: string; readonly version: string; readonly attributes: Attributes }
}

/** Name of an OTLP span kind. */
export type SpanKindName = 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER'

/** Name of the field that an OTLP `AnyValue` has set; `empty` for none. */
export type WireKind = 'string' | 'bool' | 'int' | 'double' | 'array' | 'kvlist' | 'bytes' | 'empty'

/** Protobuf's JSON has ids in base64. */
export function hexOfBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('hex')
}
