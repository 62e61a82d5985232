import { type Attributes, context, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, describe, expect, test } from 'vitest'
import { flushTraces, init, shutdown } from '../../src/index.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'

const CANARY = 'the words of a user, which nobody must read'
const LINK = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }

afterEach(async () => {
  await shutdown()
  trace.disable()
  context.disable()
})

/** What each library writes by itself, as its spans have it: the keys of content, and those that tell none. */
const LIBRARIES: readonly (readonly [scope: string, content: readonly string[], free: Attributes])[] = [
  [
    'gcp.vertex.agent',
    ['llm_request', 'llm_response', 'tool_call_args', 'tool_response', 'data'].map(
      (key) => `gcp.vertex.agent.${key}`,
    ),
    {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'search',
      'gcp.vertex.agent.invocation_id': 'e-1',
    },
  ],
  [
    'strands-agents',
    [
      'gen_ai.tool.description',
      'gen_ai.tool.definitions',
      'gen_ai.tool.json_schema',
      'system_prompt',
      'agent.result',
    ],
    { 'gen_ai.agent.name': 'a', 'event_loop.cycle_id': 'c-1', 'gen_ai.usage.input_tokens': 3 },
  ],
  [
    '@mastra/otel-exporter',
    [
      'mastra.agent_run.input',
      'mastra.agent_run.output',
      'mastra.metadata.note',
      'mastra.instructions',
      'input',
      'output',
    ],
    { 'mastra.span.type': 'agent_run', 'gen_ai.request.model': 'gpt-5' },
  ],
  [
    'genkit-tracer',
    ['genkit:input', 'genkit:output', 'genkit:metadata:context'],
    { 'genkit:name': 'flow', 'genkit:path': '/{flow}' },
  ],
  [
    'livekit-agents',
    ['lk.pii.transcript', 'lk.user_transcript', 'lk.chat_ctx', 'lk.response.text', 'lk.instructions'],
    { 'lk.response.ttft': 0.5 },
  ],
  [
    'langfuse-sdk',
    [
      'langfuse.observation.input',
      'langfuse.observation.output',
      'langfuse.trace.input',
      'langfuse.observation.metadata.x',
      'langfuse.observation.status_message',
    ],
    { 'langfuse.observation.type': 'generation' },
  ],
  ['@lmnr-ai/lmnr', ['lmnr.span.input', 'lmnr.span.output', 'lmnr.rollout.x'], { 'lmnr.span.type': 'LLM' }],
  [
    '@arizeai/openinference-instrumentation-openai',
    [
      'llm.prompts',
      'llm.prompt_template.template',
      'llm.prompt_template.variables',
      'llm.invocation_parameters',
      'llm.input_messages.0.message.content',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments',
      'llm.tools.0.tool.json_schema',
      'llm.function_call',
      'tool.parameters',
      'tool.description',
      'tool_call.function.arguments',
      'reranker.query',
      'reranker.input_documents.0.document.content',
      'reranker.output_documents.0.document.content',
      'embedding.text',
      'embedding.embeddings.0.embedding.text',
      'embedding.embeddings.0.embedding.vector',
      'retrieval.documents.0.document.content',
      'input.value',
      'output.value',
      'message.content',
      'metadata',
      'tag.tags',
      'prompt.template.variables',
    ],
    {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'gpt-5',
      'llm.token_count.prompt': 3,
      'input.mime_type': 'text/plain',
    },
  ],
  [
    '@traceloop/instrumentation-openai',
    [
      'gen_ai.prompt.0.content',
      'gen_ai.completion.0.content',
      'gen_ai.completion.0.tool_calls.0.arguments',
      'traceloop.entity.input',
      'traceloop.entity.output',
      'traceloop.prompt.template',
      'llm.request.functions.0.parameters',
      'llm.chat.stop_sequences',
      'llm.headers',
    ],
    { 'llm.request.type': 'chat', 'traceloop.entity.name': 'w', 'llm.usage.total_tokens': 7 },
  ],
  [
    'ai',
    [
      'ai.prompt',
      'ai.prompt.messages',
      'ai.prompt.tools',
      'ai.prompt.toolChoice',
      'ai.response.text',
      'ai.response.object',
      'ai.response.toolCalls',
      'ai.response.reasoning',
      'ai.response.files',
      'ai.response.providerMetadata',
      'ai.toolCall.args',
      'ai.toolCall.result',
      'ai.schema',
      'ai.schema.name',
      'ai.schema.description',
      'ai.documents',
      'ai.ranking',
      'ai.ranking.type',
      'ai.value',
      'ai.values',
      'ai.embedding',
      'ai.embeddings',
      'ai.request.headers.authorization',
    ],
    {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.id': 'gpt-5',
      'ai.usage.promptTokens': 3,
      'ai.settings.maxRetries': 2,
    },
  ],
  [
    '@opentelemetry/instrumentation-openai',
    [
      'gen_ai.input.messages',
      'gen_ai.output.messages',
      'gen_ai.system_instructions',
      'gen_ai.tool.definitions',
      'gen_ai.tool.call.arguments',
      'gen_ai.tool.call.result',
      'gen_ai.retrieval.documents',
      'gen_ai.retrieval.query.text',
      'gen_ai.memory.records',
      'gen_ai.request.stop_sequences',
      'gen_ai.agent.description',
      'gen_ai.evaluation.explanation',
    ],
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.id': 'r-1',
    },
  ],
  [
    '@anthropic-ai/sdk',
    ['anthropic.request', 'request.body', 'anything.new'],
    { 'gen_ai.provider.name': 'anthropic' },
  ],
]

/** What an application may well call something of its own. */
const OWN_ELSEWHERE: ReadonlySet<string> = new Set(['metadata', 'tag.tags'])

const NAMES_OF_ANYBODY: ReadonlySet<string> = new Set(['@anthropic-ai/sdk', 'strands-agents'])

/** Of a library that nobody knows, in the vocabularies of others. */
const ANYWHERE: readonly string[] = [
  ...LIBRARIES.filter(([scope]) => !NAMES_OF_ANYBODY.has(scope)).flatMap(([, content]) =>
    content.filter((key) => !OWN_ELSEWHERE.has(key)),
  ),
  'error.message',
  'exception.message',
  'exception.stacktrace',
  'http.request.body',
  'prompt',
  'completion',
]

class Failure extends Error {
  override name = CANARY
}

function spanEverywhere(tracer: Tracer, content: readonly string[], free: Attributes, named: boolean): void {
  const told = Object.fromEntries(content.map((key) => [key, CANARY]))
  const values = {
    ...told,
    ...Object.fromEntries(content.map((key) => [`${key}.0`, JSON.stringify({ text: CANARY })])),
  }
  const span = tracer.startSpan(named ? `say ${CANARY}` : 'chat gpt-5', {
    attributes: named ? values : told,
    links: [{ context: LINK, attributes: { ...told, ...free } }],
  })
  span.setAttributes({ ...told, ...free })
  if (named) span.updateName(CANARY)
  span.addEvent('gen_ai.choice', { message: CANARY, content: CANARY, tool_calls: CANARY, id: 'call-1' })
  span.addEvent('gen_ai.client.inference.operation.details', { 'gen_ai.output.messages': CANARY })
  span.addEvent(named ? CANARY : 'step', { ...told, ...free })
  span.recordException(new Failure(CANARY))
  span.setAttribute('error.type', CANARY)
  span.setStatus({ code: 2, message: CANARY })
  span.end()
}

function startTheirs(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  trace.setGlobalTracerProvider(new BasicTracerProvider())
}

async function sentBy(work: () => void, joined: boolean): Promise<OtlpHttpCollector> {
  const collector = await startOtlpHttp()
  if (joined) startTheirs()
  init({ endpoint: collector.url, protocol: 'http/protobuf', captureContent: false })
  work()
  await flushTraces()
  await collector.stop()
  return collector
}

const told = (collector: OtlpHttpCollector): boolean =>
  collector.requests.some(({ body }) => Buffer.from(body).includes(CANARY))

describe.each([
  ['our provider', false],
  ["the application's provider", true],
])('with %s', (_name, joined) => {
  test.each(LIBRARIES)('nothing of what %s records is exported', async (scope, content, free) => {
    const sent = await sentBy(() => spanEverywhere(trace.getTracer(scope), content, free, true), joined)
    expect(told(sent)).toBe(false)
    const [span] = sent.spans()
    expect(span?.attributes).toMatchObject(free)
    expect(span?.name).toBe(free['gen_ai.tool.name'] ?? 'span')
    expect(span?.links[0]?.attributes).toStrictEqual(free)
    expect(span?.events.map(({ name }) => name)).toStrictEqual([
      'gen_ai.choice',
      'gen_ai.client.inference.operation.details',
      'event',
      'exception',
    ])
    expect(span?.events[2]?.attributes).toStrictEqual(free)
  })

  test('a library that is not known keeps its own, and loses what is known to be content', async () => {
    const free = { 'db.query.text': 'SELECT 1', order: 'o-1' }
    const sent = await sentBy(() => spanEverywhere(trace.getTracer('shop'), ANYWHERE, free, false), joined)
    expect(told(sent)).toBe(false)
    const [span] = sent.spans()
    expect(span).toMatchObject({ name: 'chat gpt-5', attributes: free })
    expect(span?.events[2]).toMatchObject({ name: 'step', attributes: free })
  })

  test('names of operations, types of errors and metadata of an application stay', async () => {
    const names = [
      'chat gpt-5',
      'execute_tool get_weather',
      'invoke_agent support',
      'ai.generateText',
      'agent run: "a"',
    ]
    const sent = await sentBy(() => {
      const tracer = trace.getTracer('ai')
      for (const name of names) {
        const span = tracer.startSpan(name)
        span.setAttribute('ai.telemetry.metadata.tenant', 't-1')
        span.recordException(new TypeError(CANARY))
        span.setAttribute('error.type', 'rate_limit_exceeded').end()
      }
    }, joined)
    expect(sent.spans().map(({ name }) => name)).toStrictEqual(names)
    const [span] = sent.spans()
    expect(span?.attributes).toMatchObject({
      'ai.telemetry.metadata.tenant': 't-1',
      'error.type': 'rate_limit_exceeded',
    })
    expect(span?.events[0]?.attributes).toStrictEqual({ 'exception.type': 'TypeError' })
  })

  test('a name that a model made up is none, whatever the tracer is called', async () => {
    const names = ['get_weather', 'Get the weather', CANARY]
    const sent = await sentBy(() => {
      for (const name of names) {
        const attributes = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name }
        trace.getTracer('shop').startSpan(`say ${CANARY}`).setAttributes(attributes).end()
        trace.getTracer('shop').startSpan(name, { attributes }).end()
      }
    }, joined)
    expect(told(sent)).toBe(false)
    expect(sent.spans().map(({ name }) => name)).toStrictEqual(
      names.map((name) => (name === CANARY ? 'span' : name)).flatMap((name) => [name, name]),
    )
    const tools = new Set(sent.spans().map(({ attributes }) => attributes['gen_ai.tool.name']))
    expect([...tools]).toStrictEqual([...names.slice(0, 2), 'span'])
  })
})
