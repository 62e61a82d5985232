import { randomBytes } from 'node:crypto'

/** A span to be stored, with what tests vary. */
export interface SentSpan {
  readonly traceId: string
  readonly name?: string
  readonly spanId?: string
  readonly parentSpanId?: string
  readonly startMs: number
  readonly endMs: number
  readonly attributes?: Readonly<Record<string, string>>
  /** 1 is OK, 2 is ERROR. @defaultValue 1 */
  readonly statusCode?: number
}

/** A fresh W3C trace ID. */
export const newTraceId = (): string => randomBytes(16).toString('hex')

/** Posts one span by OTLP/JSON, as any OpenTelemetry program would, and gives the status of the answer. */
export async function sendSpan(
  url: string,
  headers: Readonly<Record<string, string>>,
  span: SentSpan,
): Promise<number> {
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [otlp(span)] }] }] }),
  })
  await answer.arrayBuffer()
  return answer.status
}

function otlp(span: SentSpan): object {
  const { traceId, name = 'root', spanId = randomBytes(8).toString('hex'), attributes = {} } = span
  return {
    traceId,
    spanId,
    ...(span.parentSpanId && { parentSpanId: span.parentSpanId }),
    name,
    startTimeUnixNano: `${span.startMs}123456`,
    endTimeUnixNano: `${span.endMs}654321`,
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: value } })),
    status: { code: span.statusCode ?? 1 },
  }
}
