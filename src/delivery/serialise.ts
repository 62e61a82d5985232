import type { Attributes, EndedSpan } from '../span/ended-span.ts'
import { encodeRequest } from '../span/otlp/request.ts'
import type { WireOptions } from '../span/wire.ts'

/** An OTLP request in protobuf with `spans`; `resource` as `resourceLike` makes it. */
export function serialise(spans: readonly EndedSpan[], resource: object, options: WireOptions): Uint8Array {
  return encodeRequest(spans, (resource as { readonly attributes: Attributes }).attributes, options)
}
