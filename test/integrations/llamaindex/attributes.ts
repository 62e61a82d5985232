import { expect } from 'vitest'
import { chatTab } from '../../support/chat-tab.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'

/** The spans of a probe in the order of their starts. */
export type SpansOf = (probe: string) => readonly DecodedSpan[]

type One = (probe: string, name: string, index?: number) => DecodedSpan

const CHAT = 'chat gpt-4o'
const HELLO = 'Hello! How can I help you today?'

/** Checks what the spans of the probes carry. */
export function expectAttributes(spansOf: SpansOf): void {
  const one: One = (probe, name, index = 0) => {
    const found = spansOf(probe).filter((span) => span.name === name)[index]
    if (found === undefined) throw new Error(`${probe} has no span ${name}`)
    return found
  }
  expectModels(one)
  expectAgents(one)
  expectTools(one)
  expectSearches(one)
  expectWorkflows(one)
  expectEnds(one)
}

const usage = (span: DecodedSpan): unknown => JSON.parse(String(span.attributes['mlflow.chat.tokenUsage']))
const tokens = (input: number, output: number): object => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
})

/** As MLflow shows it as a chat. */
const messagesOf = ({ attributes }: DecodedSpan): readonly string[] =>
  chatTab({
    inputs: attributes['mlflow.spanInputs'],
    outputs: attributes['mlflow.spanOutputs'],
    // As it arrives at MLflow, which reads JSON there.
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [
        key,
        key === 'mlflow.chat.tools' ? JSON.parse(String(value)) : value,
      ]),
    ),
  }).messages

function expectModels(one: One): void {
  // What the client below knows of the request is there, once.
  const asked = one('chat', CHAT)
  expect(asked.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.request.temperature': 0.1,
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
    'gen_ai.response.id': 'chatcmpl-hello0',
    'gen_ai.response.finish_reasons': ['stop'],
    'mlflow.message.format': 'openai',
  })
  expect(messagesOf(asked)).toEqual(['system: Be brief.', 'user: Hi!', `assistant: ${HELLO}`])
  for (const probe of ['chat', 'complete', 'responses', 'callbacks', 'retry', 'chat-engine']) {
    expect(usage(one(probe, CHAT))).toEqual(tokens(20, 10))
  }
  expect(JSON.parse(String(one('chat-tools', CHAT).attributes['mlflow.chat.tools']))).toMatchObject([
    { type: 'function', function: { name: 'get_weather', parameters: { required: ['city'] } } },
  ])
  expect(one('retry', CHAT).events.filter(({ name }) => name === 'retry')).toHaveLength(2)
  expect(one('stream', CHAT).attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
  expect(messagesOf(one('stream', CHAT)).at(-1)).toBe(`assistant: ${HELLO}`)
  // A model whose client nobody traces, asked at once and as a stream.
  for (const index of [0, 1]) {
    const own = one('own-model', 'chat echo-1', index)
    expect(usage(own)).toEqual(tokens(7, 3))
    expect(messagesOf(own).slice(-2)).toEqual(['user: Hi!', 'assistant: You said: Hi!'])
  }
}

function expectAgents(one: One): void {
  expect(one('agent-tool', 'agent:Assistant').attributes).toMatchObject({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'Assistant',
    'mlflow.spanInputs': 'Weather?',
    'mlflow.spanOutputs': 'It is sunny in Paris, 21 degrees.',
  })
  expect(one('agent-history', 'agent:Assistant').attributes['mlflow.spanInputs']).toEqual({
    messages: [
      { role: 'user', content: 'Hi!' },
      { role: 'assistant', content: 'Hello!' },
      { role: 'user', content: 'And now?' },
    ],
  })
  for (const name of ['agent:Triage', 'agent:Refunds']) {
    expect(one('agent-handoff', name).attributes['mlflow.spanOutputs']).toBe('Your refund is on its way.')
  }
  expect(usage(one('own-model', 'agent:Assistant'))).toEqual(tokens(7, 3))
}

function expectTools(one: One): void {
  expect(one('agent-tool', 'get_weather').attributes).toMatchObject({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'get_weather',
    'gen_ai.tool.call.id': 'call_weather_1',
    'mlflow.spanInputs': { city: 'Paris' },
    'mlflow.spanOutputs': 'sunny in Paris',
  })
  expect(one('agent-tools', 'get_time').attributes['mlflow.spanOutputs']).toEqual({ zone: 'CET', hour: 12 })
  expect(one('agent-tool-fails', 'get_weather').attributes['error.type']).toBeDefined()
  const tool = one('agent-tool-works', 'get_weather')
  expect(one('agent-tool-works', 'inner').parentSpanId).toBe(tool.spanId)
}

function expectSearches(one: One): void {
  expect(one('retriever', 'Shelf').attributes).toMatchObject({
    'mlflow.spanInputs': 'Weather?',
    'mlflow.spanOutputs': [{ page_content: 'Paris is sunny.', metadata: { page: 1, score: 0.5 }, id: 'a' }],
    'gen_ai.retrieval.document_count': 1,
  })
  for (const probe of ['query-engine', 'query-engine-stream']) {
    expect(one(probe, 'RetrieverQueryEngine').attributes).toMatchObject({
      'mlflow.spanInputs': { query: 'Weather?' },
      'mlflow.spanOutputs': HELLO,
    })
  }
  const [texts, query] = [0, 1].map((index) => one('index', 'embeddings text-embedding-3-small', index))
  expect(texts && usage(texts)).toEqual(tokens(16, 0))
  expect(query && usage(query)).toEqual(tokens(8, 0))
  expect(one('own-embeddings', 'embeddings', 1).attributes).toMatchObject({
    'mlflow.spanInputs': { input: ['a', 'b'] },
    'mlflow.spanOutputs': { count: 2, dimensions: 2 },
  })
}

function expectWorkflows(one: One): void {
  expect(one('workflow', 'prepare').attributes).toMatchObject({
    'mlflow.spanInputs': { city: 'Paris' },
    'mlflow.spanOutputs': { text: 'Weather in Paris' },
  })
  expect(one('workflow-parallel', 'split').attributes['mlflow.spanOutputs']).toEqual([1, 2])
  for (const [probe, step] of [
    ['workflow-fails', 'prepare'],
    ['workflow-fails-at-once', 'check'],
  ] as const) {
    expect(one(probe, step).attributes['error.type']).toBe('RangeError')
    expect(one(probe, 'workflow').attributes['error.type']).toBe('RangeError')
  }
}

function expectEnds(one: One): void {
  expect(one('stream-left', CHAT).attributes['turnspan.call.end']).toBe('stopped')
  expect(JSON.stringify(one('stream-cut', CHAT).attributes['mlflow.spanOutputs'])).toContain('Hello')
  expect(one('agent-fails', 'agent:Assistant').attributes['error.type']).toBe('BadRequestError')
  expect(one('agent-asked-nothing', 'agent:Assistant').attributes['error.type']).toBe('Error')
  expect(one('retriever-fails', 'Shelf').attributes['error.type']).toBe('RangeError')
}
