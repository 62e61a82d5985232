import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { EndedSpan } from '../span/ended-span.ts'
import type { WireOptions } from '../span/wire.ts'
import { readableSpan } from './readable-span.ts'

/** An OTLP request in protobuf with `spans`, by OpenTelemetry's own serialiser. */
export function serialise(spans: readonly EndedSpan[], resource: object, options: WireOptions): Uint8Array {
  const bytes = ProtobufTraceSerializer.serializeRequest(
    spans.map((span) => readableSpan(span, resource, options)),
  )
  if (bytes === undefined) throw new Error('the spans could not be serialised')
  return bytes
}
