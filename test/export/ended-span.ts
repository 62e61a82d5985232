import type { EndedSpan } from '../../src/span/ended-span.ts'
import { newTraceRecord } from '../../src/span/trace-record.ts'

let made = 0

/** An ended span as the pipeline gets it, with what a test says of it. */
export function endedSpan(given: Partial<EndedSpan> = {}): EndedSpan {
  made += 1
  const traceId = given.traceId ?? '0af7651916cd43dd8448eb211c80319c'
  return {
    traceId,
    spanId: made.toString(16).padStart(16, '0'),
    parentIsRemote: false,
    traceFlags: 1,
    name: `span-${made}`,
    kind: 0,
    startTime: [1_800_000_000, 0],
    endTime: [1_800_000_001, 500],
    status: { code: 1 },
    attributes: {},
    events: [],
    links: [],
    scope: { name: 'test' },
    trace: newTraceRecord({ traceId, sampled: true }),
    ...given,
  }
}
