import type { Attributes } from '../span/attributes.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import { encodeRequest } from '../span/otlp/request.ts'
import type { ExportOptions } from '../span/span-attributes.ts'

/** An OTLP request in protobuf with `spans`; `resource` as `resourceLike` makes it. */
export function serialise(spans: readonly EndedSpan[], resource: object, options: ExportOptions): Uint8Array {
  return encodeRequest(spans, (resource as { readonly attributes: Attributes }).attributes, options)
}
