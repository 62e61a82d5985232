import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { readableSpan } from '../../src/export/targets/readable-span.ts'
import { resourceLike } from '../../src/export/targets/resource.ts'
import type { Attributes } from '../../src/span/attributes.ts'
import type { EndedSpan } from '../../src/span/ended-span.ts'
import type { ExportOptions } from '../../src/span/semconv/span-attributes.ts'

/** The request as OpenTelemetry's own serialiser writes it, which tells scopes apart by identity. */
export function referenceRequest(
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
): Uint8Array {
  const shared = resourceLike(resource)
  const scopes = new Map<string, ReadableSpan['instrumentationScope']>()
  const readable = spans.map((span) => {
    const made = readableSpan(span, shared, options)
    const key = JSON.stringify([span.scope.name, span.scope.version || ''])
    const scope = scopes.get(key) ?? made.instrumentationScope
    scopes.set(key, scope)
    return { ...made, instrumentationScope: scope }
  })
  return ProtobufTraceSerializer.serializeRequest(readable) ?? new Uint8Array(0)
}
