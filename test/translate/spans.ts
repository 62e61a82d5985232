import type { Attributes } from '../../src/span/attributes.ts'
import type { EndedSpan, SpanEvent } from '../../src/span/ended-span.ts'
import { plainOf } from '../../src/span/snapshot/plain.ts'
import { newTraceRecord } from '../../src/span/trace-record.ts'
import { createTranslator } from '../../src/translate/index.ts'

const trace = newTraceRecord({ traceId: 'a'.repeat(32), sampled: true })

/** A span of a library, as far as it matters. */
export interface Given {
  readonly name?: string
  readonly scope?: string
  readonly kind?: number
  readonly attributes?: Attributes | undefined
  readonly events?: readonly { readonly name: string; readonly attributes: Attributes }[]
}

export function endedSpan({
  name = 'x',
  scope = 'app',
  kind = 0,
  attributes = {},
  events = [],
}: Given): EndedSpan {
  return {
    traceId: trace.traceId,
    spanId: 'b'.repeat(16),
    parentIsRemote: false,
    traceFlags: 1,
    name,
    kind,
    startTime: [1, 0],
    endTime: [2, 0],
    status: { code: 0 },
    attributes,
    events: events.map((event): SpanEvent => ({ ...event, time: [1, 0] })),
    links: [],
    scope: { name: scope },
    trace,
  }
}

const translate = createTranslator({
  limits: { maxValueBytes: 100_000, maxSpanBytes: 1_000_000, maxDepth: 20 },
  captureContent: true,
})

/** What a span says once it is translated. */
export function translated(given: Given): {
  readonly span: EndedSpan
  readonly type: string | undefined
  readonly inputs: unknown
  readonly outputs: unknown
} {
  const span = translate(endedSpan(given))
  const { agent } = span
  return {
    span,
    type: agent?.spanType,
    inputs: agent?.inputs && plainOf(agent.inputs),
    outputs: agent?.outputs && plainOf(agent.outputs),
  }
}
