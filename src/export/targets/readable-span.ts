import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { EndedSpan } from '../../span/ended-span.ts'
import { type ExportOptions, exportedAttributes, wireStatus } from '../../span/semconv/span-attributes.ts'

/** `span` in the shape that OpenTelemetry's serialisers and exporters read: the fields of SDK 2.x, and those of 1.x. */
export function readableSpan(span: EndedSpan, resource: object, options: ExportOptions): ReadableSpan {
  const parent = span.parentSpanId
  const context = { traceId: span.traceId, spanId: span.spanId, traceFlags: span.traceFlags }
  const scope = {
    name: span.scope.name,
    ...(span.scope.version !== undefined && { version: span.scope.version }),
  }
  const readable = {
    name: span.name,
    kind: span.kind,
    spanContext: () => ({ ...context, ...traceState(span.traceState) }),
    ...(parent !== undefined && {
      parentSpanId: parent,
      parentSpanContext: {
        traceId: span.traceId,
        spanId: parent,
        traceFlags: 1,
        isRemote: span.parentIsRemote,
      },
    }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: elapsed(span),
    ended: true,
    status: wireStatus(span, options),
    attributes: exportedAttributes(span, options),
    events: span.events.map(({ droppedAttributes = 0, ...event }) => ({
      ...event,
      attributes: event.attributes ?? {},
      droppedAttributesCount: droppedAttributes,
    })),
    links: span.links.map(({ attributes, traceState: state, droppedAttributes = 0, ...linked }) => ({
      context: { ...linked, ...traceState(state) },
      attributes: attributes ?? {},
      droppedAttributesCount: droppedAttributes,
    })),
    resource,
    instrumentationScope: scope,
    instrumentationLibrary: scope,
    droppedAttributesCount: span.dropped?.attributes ?? 0,
    droppedEventsCount: span.dropped?.events ?? 0,
    droppedLinksCount: span.dropped?.links ?? 0,
  }
  return readable as unknown as ReadableSpan
}

function traceState(text: string | undefined): object {
  return text === undefined ? {} : { traceState: { serialize: () => text } }
}

function elapsed({ startTime, endTime }: EndedSpan): [number, number] {
  const nanos = endTime[1] - startTime[1]
  const seconds = endTime[0] - startTime[0]
  return nanos < 0 ? [seconds - 1, nanos + 1e9] : [seconds, nanos]
}
