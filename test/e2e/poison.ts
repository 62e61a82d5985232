import { trace as otel } from '@opentelemetry/api'
import { type Span, SpanType, startSpan, updateCurrentTrace, withSpan } from '../../src/index.ts'

/** Something hostile, done to a span. */
export interface Poison {
  readonly what: string
  do(span: Span): void
}

const nested = (depth: number): unknown => {
  let value: unknown = 'core'
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { value }
  return value
}
const deepText = '['.repeat(5000) + ']'.repeat(5000)
const openText = '['.repeat(5000)
const digits = '9'.repeat(5000)
const cycle: Record<string, unknown> = { name: 'cycle' }
cycle.self = cycle
cycle.list = [cycle, { cycle }]
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const throwing = {
  fine: 1,
  get broken(): unknown {
    throw new Error('getter')
  },
}
const refusing = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error('keys')
    },
  },
)

/** Values that must not hurt, wherever they are put. */
export const hostileValues: readonly (readonly [string, unknown])[] = [
  ['a cycle', cycle],
  ['a bigint', { small: 1n, large: 2n ** 70n, giant: 10n ** 5000n }],
  ['a symbol', { [Symbol('key')]: 1, value: Symbol('value') }],
  ['a getter that throws', throwing],
  ['a proxy that throws', refusing],
  ['a revoked proxy', revoked()],
  [
    'a toJSON that throws',
    {
      toJSON() {
        throw new Error('no')
      },
    },
  ],
  ['a lone surrogate', { text: 'a\ud800b', 'key\udc00': ['\udfff'] }],
  ['a NUL', { text: 'a\0b', 'key\0': '\0' }],
  ['10,000 levels', nested(10_000)],
  ['45 levels', nested(45)],
  ['NaN and Infinity', [Number.NaN, Number.POSITIVE_INFINITY, -Number.MAX_VALUE, -0, 5e-324]],
  ['integers beyond 64 bits', [2 ** 53, 2 ** 63, 2 ** 64, 1e21, 1e300, -(2 ** 63)]],
  ['text of 5000 open brackets', openText],
  ['text of 5000 nested lists', deepText],
  ['text of 5000 nested lists within', { text: deepText, list: [deepText, openText] }],
  ['text of 45 nested lists', '['.repeat(45) + ']'.repeat(45)],
  ['text of 5000 digits', digits],
  ['text of a list with 5000 digits', `[${digits}]`],
  ['text of an object with 5000 digits', `{"a":-${digits}}`],
  ['text of integers beyond 64 bits', '[9223372036854775808,18446744073709551616]'],
  ['text with NaN', '{"a":NaN,"b":[-Infinity]}'],
  ['text with an escaped surrogate', '{"a":"\\ud800"}'],
  ['text of JSON within JSON', JSON.stringify(JSON.stringify({ a: deepText }))],
  [
    'strange objects',
    [new Map([[cycle, 1]]), new Set([1]), new Date(Number.NaN), /x/g, () => 1, new WeakMap()],
  ],
  ['bytes', { buffer: Buffer.alloc(100_000, 255), array: new Float64Array([Number.NaN, 1]) }],
  ['an error with itself as cause', Object.assign(new Error('e\ud800'), { cause: cycle })],
]

const largeValues: readonly (readonly [string, unknown])[] = [
  ['200,000 items', Array.from({ length: 200_000 }, (_, i) => i)],
  ['50,000 keys', Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key ${i}`, i]))],
]

const attributes = (what: string, values: Record<string, unknown>): Poison => ({
  what: `attributes: ${what}`,
  do: (span) => void span.setAttributes(values),
})
const foreign = (what: string, values: Record<string, unknown>): Poison => ({
  what: `another library's ${what}`,
  do() {
    const tracer = otel.getTracer('another library')
    tracer.startSpan(`foreign ${what}`, { attributes: values as Record<string, string> }).end()
  },
})
const timed = (what: string, startTime: unknown, endTime: unknown): Poison => ({
  what: `times: ${what}`,
  do: () => startSpan({ name: what, startTime: startTime as number }).end({ endTime: endTime as number }),
})

const kinds = [
  'mlflow.spanType',
  'gen_ai.operation.name',
  'openinference.span.kind',
  'traceloop.span.kind',
  'ai.operationId',
  'span.type',
  'entity.type',
  'lmnr.span.type',
  'langfuse.observation.type',
]
const inAll = (keys: readonly string[], value: unknown): Record<string, unknown> =>
  Object.fromEntries(keys.map((key) => [key, value]))
const contentKeys = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.tool.definitions',
  'gen_ai.tool.call.arguments',
  'gen_ai.system_instructions',
  'gen_ai.request.model',
  'gen_ai.agent.name',
  'gen_ai.anything',
  'input.value',
  'output.value',
  'traceloop.entity.input',
  'ai.prompt.messages',
  'llm.input_messages.0.message.content',
  'mlflow.chat.tools',
  'mlflow.chat.messages',
  'mlflow.message.format',
  'mlflow.anything',
  'input',
  'output',
  'anything',
]

const countKeys = [
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.cache_read.input_tokens',
  'llm.token_count.prompt',
  'llm.token_count.completion',
  'llm.usage.total_tokens',
]

/** Everything that was seen to lose a batch, or to make a trace unreadable, and some more. */
export const poisons: readonly Poison[] = [
  ...hostileValues.flatMap(([what, value]): Poison[] => [
    {
      what: `content, event, tag and metadata: ${what}`,
      do: (span) => {
        span.setInputs(value).setOutputs({ value }).addEvent('event', { value, 'gen_ai.prompt': value })
        updateCurrentTrace({ tags: { value }, metadata: { value } })
      },
    },
    attributes(what, inAll(contentKeys, value)),
    ...(typeof value === 'string' ? [foreign(what, inAll(contentKeys, value))] : []),
  ]),
  ...largeValues.map(
    ([what, value]): Poison => ({
      what: `inputs, outputs and an attribute: ${what}`,
      do: (span) => void span.setInputs(value).setOutputs({ value }).setAttribute('value', value),
    }),
  ),
  attributes('kinds that are lists', inAll(kinds, ['TOOL', 'LLM'])),
  attributes('kinds that are objects', inAll(kinds, { kind: 'TOOL' })),
  attributes('kinds that are JSON lists', inAll(kinds, '["TOOL"]')),
  attributes('kinds that are numbers', inAll(kinds, 7)),
  attributes('kinds that are deep', inAll(kinds, deepText)),
  ...[null, '{}', '{"input_tokens":null}', '{"input_tokens":"12"}', '[1]', '"x"', 'x', 7, deepText].map(
    (value) =>
      attributes(`usage and cost ${String(value).slice(0, 25)}`, {
        'mlflow.chat.tokenUsage': value,
        'mlflow.llm.cost': value,
      }),
  ),
  ...['many', -1, 1.5, 1e30, Number.NaN, [1], '12', digits].map((value) =>
    attributes(`counts ${String(value).slice(0, 25)}`, inAll(countKeys, value)),
  ),
  attributes('log level', { 'mlflow.spanLogLevel': 'DEBUG' }),
  attributes('reserved keys', {
    'mlflow.traceRequestId': 'x',
    'mlflow.experimentId': [1],
    'mlflow.traceTag.mlflow.trace.spansLocation': 'ARCHIVE_REPO',
    'mlflow.traceTag.mlflow.traceName': ['x'],
  }),
  attributes('long columns', {
    'session.id': 's'.repeat(300),
    'gen_ai.conversation.id': 's'.repeat(300),
    'user.id': 'u'.repeat(10_000),
    'mlflow.llm.model': 'm'.repeat(600),
    'gen_ai.provider.name': 'p'.repeat(600),
  }),
  attributes('columns with lone surrogates', inAll(['session.id', 'user.id', 'mlflow.llm.model'], 'a\ud800')),
  attributes('strange keys', { '': 1, 'a\ud800': 1, 'a\0b': 1, ['k'.repeat(10_000)]: 1, __proto__x: 1 }),
  foreign('kinds', inAll(kinds, ['TOOL', 'LLM'])),
  foreign('counts', inAll(countKeys, 'many')),
  foreign('usage', {
    'mlflow.chat.tokenUsage': '{"input_tokens":null}',
    'mlflow.llm.cost': '{"total_cost":"x"}',
  }),
  foreign('session', { 'session.id': 's'.repeat(300), 'user.id': '\ud800' }),
  {
    what: 'tag: where spans are',
    do: () => updateCurrentTrace({ tags: { 'mlflow.trace.spansLocation': 'x' } }),
  },
  { what: 'a long session', do: () => updateCurrentTrace({ sessionId: 's'.repeat(300), user: 'u\ud800\0' }) },
  { what: 'a long name', do: (span) => void span.updateName('n'.repeat(10_000)) },
  { what: 'a name with surrogates', do: (span) => void span.updateName('n\ud800\0') },
  { what: 'a span type of brackets', do: (span) => void span.setSpanType(openText) },
  { what: 'a model of brackets', do: (span) => void span.setModel(deepText, digits) },
  {
    what: 'token usage of wrong types',
    do: (span) =>
      void span.setTokenUsage({ inputTokens: '12', outputTokens: Number.NaN, totalTokens: -1 } as never),
  },
  {
    what: 'giant token usage',
    do: (span) => void span.setTokenUsage({ inputTokens: 1e30, outputTokens: 1 }),
  },
  { what: 'a hostile status', do: (span) => void span.setStatus('ERROR', 'a\ud800\0'.repeat(100)) },
  {
    what: 'a hostile exception',
    do: (span) => span.recordException(Object.create(null, { message: { get: throwing.toString } })),
  },
  {
    what: 'thrown nothing',
    do: () => {
      try {
        withSpan(
          () => {
            throw revoked()
          },
          { name: 'thrower', spanType: SpanType.TOOL },
        )
      } catch {}
    },
  },
  timed('past 2^63 ns', 1e13, 2e13),
  timed('far', new Date(8.64e15), [2 ** 40, 0]),
  timed('no numbers', Number.NaN, new Date(Number.NaN)),
  timed('negative', -5, [-1, -1]),
  timed('backwards', Date.now(), Date.now() - 5000),
]
