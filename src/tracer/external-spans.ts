import type { Span as OtelSpan } from '@opentelemetry/api'
import { expectSpansOf } from '../export/translator.ts'
import { msOfHrTime } from '../runtime/clock.ts'
import { isSpanContextValid, TraceFlags } from '../runtime/otel-trace.ts'
import { readProperty } from '../runtime/read-property.ts'
import { spanContextOf } from '../span/capture/clean-fields.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import type { OpenSpan } from '../span/open-spans.ts'
import * as keys from '../span/semconv/keys.ts'
import { SpanType } from '../span/semconv/span-type.ts'
import { usageOfAttributes } from '../span/token-usage.ts'
import type { TraceRecord } from '../span/trace-record.ts'
import { sumUpUsage } from '../span/usage-tree.ts'
import { externalCalls } from './external-calls.ts'
import { copyExternalSpan, type ExternalSpan, externalContext, parentIdOf, scopeIn } from './external-span.ts'
import { type ExternalSpanHost, traceOfEnded, traceOfStarted } from './external-trace.ts'

/** Notes that `span` of another library began below `parent`, which was active then. */
export function externalStarted(
  host: ExternalSpanHost,
  span: ExternalSpan,
  parent: OtelSpan | undefined,
): void {
  const context = spanContextOf(span)
  // One without IDs cannot be read; its end says so.
  if (!isSpanContextValid(context)) return
  const scope = readProperty(scopeIn(span), 'name')
  expectSpansOf(scope)
  const trace = traceOfStarted(host, span, parent)
  host.traces.add(trace)
  trace.open.add(openSpan(context.spanId, span, trace))
  const [name, attributes] = [readProperty(span, 'name'), readProperty(span, 'attributes')]
  externalCalls()?.note(span, scope, name, attributes, () => trace.open.has(context.spanId))
}

/**
 * A copy of `span` of another library, which ended; its trace knows of it then.
 *
 * @throws for a span that cannot be read
 */
export function readEnded(host: ExternalSpanHost, span: ExternalSpan): EndedSpan {
  externalContext(span)
  const trace = traceOfEnded(host, span)
  const copy = copyExternalSpan(span, trace, host.config)
  const { spanId, startTime, endTime } = copy
  const open = trace.open.get(spanId) ?? openSpan(spanId, span, trace)
  trace.open.delete(spanId)
  addUsage(open, copy)
  trace.startMs = Math.min(trace.startMs, msOfHrTime(startTime))
  trace.endMs = Math.max(trace.endMs, msOfHrTime(endTime))
  return copy
}

/** Whether the provider that a span is of has sampled it. */
export const isSampledThere = ({ traceFlags }: EndedSpan): boolean => (traceFlags & TraceFlags.SAMPLED) !== 0

function openSpan(spanId: string, span: ExternalSpan, trace: TraceRecord): OpenSpan {
  const parent = parentIdOf(span)
  return {
    spanId,
    external: true,
    parent: parent === undefined ? undefined : trace.open.get(parent),
    usageBelow: undefined,
    modelsBelow: undefined,
  }
}

/** What a model call of another library used counts for the agent above it. */
function addUsage(open: OpenSpan, { attributes }: EndedSpan): void {
  const model =
    attributes[keys.RESPONSE_MODEL] ?? attributes[keys.REQUEST_MODEL] ?? attributes['llm.model_name']
  const provider = attributes[keys.PROVIDER_NAME] ?? attributes[keys.SYSTEM]
  sumUpUsage(open, SpanType.UNKNOWN, {
    usage: usageOfAttributes(attributes),
    model: model === undefined ? undefined : String(model),
    provider: provider === undefined ? undefined : String(provider),
  })
}
