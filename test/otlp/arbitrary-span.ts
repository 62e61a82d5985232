import fc from 'fast-check'
import type { Attributes, AttributeValue } from '../../src/span/attributes.ts'
import type { Captured } from '../../src/span/capture/captured.ts'
import type { AgentData, EndedSpan, SpanEvent, SpanLinkData, StatusCode } from '../../src/span/ended-span.ts'
import type { ExportOptions } from '../../src/span/semconv/span-attributes.ts'
import type { Snapshot } from '../../src/span/snapshot/snapshot.ts'
import { snapshotOf } from '../../src/span/snapshot/snapshot.ts'
import { newTraceRecord, setEntry, type TraceRecord } from '../../src/span/trace-record.ts'

/** Lengths at which a varint grows or the encoder takes another way. */
const EDGES = [0, 1, 31, 32, 33, 42, 43, 63, 64, 65, 124, 126, 127, 128, 129, 5461, 5462, 16_379, 16_384]

const rawUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units))

const stretched = fc
  .tuple(fc.constantFrom('a', 'é', '€', '😀', '\ud800', '\udc00'), fc.constantFrom(...EDGES), fc.nat(3))
  .map(([unit, length, more]) => unit.repeat(length + more))

/** Any text: lone surrogates, NUL, every length class. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 4, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 4, arbitrary: rawUnits },
  { weight: 2, arbitrary: stretched },
)

/** Two keys must not become one on the wire, so that no lone surrogates. */
const key = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'k'.repeat(127), 'ключ'.repeat(30)),
)

const anyNumber = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -130, max: 130 }),
  fc.double(),
  fc.constantFrom(
    -0,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    -(2 ** 32),
    2 ** 53,
    2 ** 62,
    2 ** 63,
    -(2 ** 63),
    1e300,
  ),
)

const captured = fc.letrec<{ value: Captured; list: Captured[]; fields: { [key: string]: Captured } }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 6 },
      fc.oneof(anyText, anyNumber, fc.boolean(), fc.constant(null)),
      tie('list'),
      tie('fields'),
    ),
    list: fc.array(tie('value'), { maxLength: 8 }),
    fields: fc.dictionary(key, tie('value'), { maxKeys: 8 }),
  }),
).value

const primitive = fc.oneof(anyText, anyNumber, fc.boolean())
const attributeValue: fc.Arbitrary<AttributeValue> = fc.oneof(
  primitive,
  fc.array(fc.oneof(primitive, fc.constantFrom(null, undefined)), { maxLength: 6 }),
)

/** Keys that more than one part of a span speaks of. */
const CONTESTED = [
  'mlflow.spanType',
  'mlflow.spanInputs',
  'mlflow.chat.tokenUsage',
  'mlflow.llm.model',
  'mlflow.traceTag.mlflow.traceName',
  'mlflow.traceTag.k',
  'gen_ai.operation.name',
  'gen_ai.usage.input_tokens',
  'gen_ai.input.messages',
  'gen_ai.tool.arguments',
  'openinference.span.kind',
  'session.id',
  'user.id',
]

export const attributes: fc.Arbitrary<Attributes> = fc.dictionary(
  fc.oneof(key, fc.constantFrom(...CONTESTED)),
  attributeValue,
  { maxKeys: 12 },
)

const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'))

// OTLP's times end with uint64.
const time = fc.tuple(fc.integer({ min: 0, max: 18_446_744_072 }), fc.integer({ min: 0, max: 999_999_999 }))

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

/** Without the fields that are `undefined`, which the types of a span do not have. */
function present<T>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

const count = fc.nat({ max: 2 ** 40 })
const role = fc.constantFrom('user', 'assistant', 'tool')
const content: fc.Arbitrary<Snapshot> = fc
  .oneof(captured, fc.array(fc.record({ role, content: captured }), { maxLength: 4 }))
  .map(snapshotOf)

const agent: fc.Arbitrary<AgentData> = fc
  .record({
    spanType: fc.constantFrom('AGENT', 'TOOL', 'LLM', 'CHAT_MODEL', 'UNKNOWN', '', 'шаг', 'x'.repeat(300)),
    inputs: optional(content),
    outputs: optional(content),
    usage: optional(
      fc.record(
        { inputTokens: count, outputTokens: count, totalTokens: count, reasoningTokens: count },
        { requiredKeys: ['inputTokens', 'outputTokens', 'totalTokens'] },
      ),
    ),
    model: optional(anyText),
    provider: optional(anyText),
    jsonKeys: fc.array(key, { maxLength: 3 }).map((keys) => new Set(keys)),
  })
  .map((fields) => present<AgentData>(fields))

const dropped = fc.nat({ max: 2 ** 32 - 1 })

const event: fc.Arbitrary<SpanEvent> = fc
  .record({ name: anyText, time, attributes: optional(attributes), droppedAttributes: optional(dropped) })
  .map((fields) => present<SpanEvent>(fields))

const link: fc.Arbitrary<SpanLinkData> = fc
  .record({
    traceId: hex(16),
    spanId: hex(8),
    traceFlags: fc.nat(255),
    traceState: optional(anyText),
    attributes: optional(attributes),
    droppedAttributes: optional(dropped),
  })
  .map((fields) => present<SpanLinkData>(fields))

const trace: fc.Arbitrary<TraceRecord> = fc
  .record({
    traceId: hex(16),
    userId: optional(anyText),
    sessionId: optional(anyText),
    state: optional(fc.constantFrom('OK', 'ERROR')),
    tags: fc.dictionary(fc.oneof(key, fc.constantFrom('mlflow.traceName', 'k')), anyText, { maxKeys: 4 }),
  })
  .map(({ traceId, tags, ...said }) => {
    const record = newTraceRecord({ traceId, sampled: true })
    for (const [name, text] of Object.entries(tags)) setEntry(record, 'tags', name, text)
    return Object.assign(record, present(said))
  })

const SCOPES: EndedSpan['scope'][] = [
  { name: 'turnspan', version: '0.1.0' },
  { name: 'turnspan' },
  { name: 'other', version: '' },
  { name: 'other' },
  { name: '' },
]

export const endedSpan: fc.Arbitrary<EndedSpan> = fc
  .record({
    traceId: hex(16),
    spanId: hex(8),
    parentSpanId: optional(hex(8)),
    parentIsRemote: fc.boolean(),
    traceFlags: fc.nat(255),
    traceState: optional(anyText),
    name: anyText,
    kind: fc.nat(4),
    startTime: time,
    endTime: time,
    status: fc
      .record({ code: fc.constantFrom<StatusCode>(0, 1, 2), message: optional(anyText) })
      .map((fields) => present<EndedSpan['status']>(fields)),
    attributes,
    events: fc.array(event, { maxLength: 3 }),
    links: fc.array(link, { maxLength: 3 }),
    dropped: optional(fc.record({ attributes: dropped, events: dropped, links: dropped })),
    scope: fc.oneof(
      fc.constantFrom(...SCOPES),
      fc.constantFrom(...SCOPES).map((scope) => ({ ...scope })),
      fc.record({ name: anyText, version: anyText }),
    ),
    agent: optional(agent),
    trace,
  })
  .map((fields) => Object.freeze(present<EndedSpan>(fields)))

export const wireOptions: fc.Arbitrary<ExportOptions> = fc.record({
  contentKeys: fc.constantFrom('mlflow', 'gen_ai', 'both'),
  legacySemconv: fc.boolean(),
  mlflow: fc.boolean(),
})
