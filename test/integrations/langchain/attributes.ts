import { expect } from 'vitest'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import type { Way } from '../../support/integrations.ts'

/** The spans of a probe in the order of their starts. */
export type SpansOf = (probe: string) => readonly DecodedSpan[]

/** Checks what the spans of the probes carry. */
export function expectAttributes(set: Way['set'], spansOf: SpansOf): void {
  const one = (probe: string, name: string, index = 0): DecodedSpan => {
    const found = spansOf(probe).filter((span) => span.name === name)[index]
    if (found === undefined) throw new Error(`${probe} has no span ${name}`)
    return found
  }
  const attributes: Attributes = (probe, name, index) => {
    const found = Object.entries(one(probe, name, index).attributes)
    return Object.fromEntries(
      found.map(([key, value]) => [key, TEXTS.has(key) ? JSON.parse(String(value)) : value]),
    )
  }
  expectRetry(one('retry', 'ChatOpenAI'))
  expectModels(attributes)
  expectEnds(attributes)
  expectOthers(attributes)
  expectGraphs(attributes, spansOf)
  if (set === 'langchain-1') expectNewest(attributes, one)
  // Later ones run to their end whether anybody reads them or not.
  else expect(attributes('graph-dropped', 'LangGraph')['turnspan.call.end']).toBe('abandoned')
}

type Attributes = (probe: string, name: string, index?: number) => Readonly<Record<string, unknown>>

/** LangChain repeats the call itself, and tells its client to repeat nothing. */
function expectRetry({ events }: DecodedSpan): void {
  expect(events.map(({ name, attributes }) => [name, attributes])).toEqual([
    ['retry', expect.objectContaining({ 'http.response.status_code': 500 })],
  ])
}

/** Objects that MLflow wants as JSON text. */
const TEXTS: ReadonlySet<string> = new Set(['mlflow.chat.tokenUsage', 'mlflow.chat.tools'])

const usage = (input: number, output: number, more: object = {}): object => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...more,
})

function expectModels(attributes: Attributes): void {
  expect(attributes('invoke', 'ChatOpenAI')).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.request.temperature': 0.5,
    'gen_ai.response.id': expect.stringMatching(/^chatcmpl-/),
    'gen_ai.response.finish_reasons': ['stop'],
    'mlflow.message.format': 'openai',
    'mlflow.chat.tokenUsage': usage(20, 10),
    'mlflow.spanInputs': { messages: [{ role: 'user', content: 'Hi!' }] },
    'mlflow.spanOutputs': {
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello! How can I help you today?' },
          finish_reason: 'stop',
        },
      ],
    },
  })
  expect(attributes('invoke-messages', 'ChatOpenAI')['mlflow.spanInputs']).toEqual({
    messages: [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":"it"}' } }],
      },
      { role: 'tool', content: 'a cat', name: 'look', tool_call_id: 'c1' },
    ],
  })
  expect(attributes('tool-call', 'ChatOpenAI')).toMatchObject({
    'gen_ai.request.stop_sequences': ['\n'],
    'gen_ai.response.finish_reasons': ['tool_calls'],
    'mlflow.chat.tools': [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: 'Says how the weather is',
          parameters: { properties: { city: { type: 'string' } }, required: ['city'] },
        },
      },
    ],
    'mlflow.spanOutputs': {
      choices: [
        {
          message: {
            tool_calls: [
              {
                id: 'call_weather_1',
                type: 'function',
                function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
              },
            ],
          },
        },
      ],
    },
  })
  for (const probe of ['stream', 'stream-tool', 'chain-stream', 'graph-events']) {
    const found = attributes(probe, 'ChatOpenAI')
    expect(found['gen_ai.response.time_to_first_chunk'], probe).toBeGreaterThan(0)
    expect(found['mlflow.chat.tokenUsage'], probe).toMatchObject(usage(20, 10))
    expect(found, probe).not.toHaveProperty('turnspan.call.end')
  }
  expect(attributes('invoke', 'ChatOpenAI')).not.toHaveProperty('gen_ai.response.time_to_first_chunk')
  expect(attributes('own-model', 'OwnModel')['mlflow.spanOutputs']).toMatchObject({
    choices: [{ message: { role: 'assistant', content: 'abc' } }],
  })
  expect(attributes('own-llm', 'OwnLLM')).toMatchObject({
    'gen_ai.operation.name': 'text_completion',
    'mlflow.spanInputs': { prompt: 'one' },
    'mlflow.spanOutputs': { choices: [{ message: { role: 'assistant', content: 'answer to one' } }] },
  })
}

function expectEnds(attributes: Attributes): void {
  for (const [probe, names] of Object.entries({
    'stream-break': ['ChatOpenAI'],
    'chain-stream-break': ['RunnableSequence', 'ChatOpenAI', 'StrOutputParser'],
    'graph-break': ['LangGraph'],
  })) {
    for (const name of names) {
      expect(attributes(probe, name)['turnspan.call.end'], `${probe} ${name}`).toBe('stopped')
    }
  }
  for (const name of ['RunnableSequence', 'ChatOpenAI', 'StrOutputParser']) {
    expect(attributes('stream-dropped', name)['turnspan.call.end'], name).toBe('abandoned')
  }
  expect(attributes('stream-break', 'ChatOpenAI')['mlflow.spanOutputs']).toMatchObject({
    choices: [{ message: { content: expect.stringContaining('Hello') }, finish_reason: null }],
  })
  expect(attributes('error-401', 'ChatOpenAI')['error.type']).toBe('AuthenticationError')
  expect(attributes('chain-wrong-input', 'RunnableSequence')['mlflow.spanInputs']).toEqual({})
  expect(attributes('graph-recursion', 'LangGraph')['error.type']).toBe('GraphRecursionError')
  expect(attributes('graph-node-fails', 'c')['error.type']).toBe('TypeError')
}

function expectOthers(attributes: Attributes): void {
  expect(attributes('tool', 'get_weather', 1)).toMatchObject({
    'gen_ai.tool.name': 'get_weather',
    'gen_ai.tool.call.id': 'c9',
    'gen_ai.tool.description': 'Says how the weather is',
    'mlflow.spanInputs': { city: 'Rome' },
    'mlflow.spanOutputs': 'sunny in Rome',
  })
  expect(attributes('tool-fails', 'get_weather')['error.type']).toBe('RangeError')
  expect(attributes('retriever', 'OwnRetriever')).toMatchObject({
    'mlflow.spanInputs': { query: 'cats' },
    'mlflow.spanOutputs': [
      { page_content: 'about cats', metadata: { source: 'a' } },
      { page_content: 'else', metadata: { source: 'b' } },
    ],
  })
  expect(attributes('embeddings', 'OpenAIEmbeddings', 1)).toMatchObject({
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'text-embedding-ada-002',
    'mlflow.spanInputs': { input: ['two', 'three'] },
    'mlflow.spanOutputs': { count: 2, dimensions: expect.any(Number) },
    'mlflow.chat.tokenUsage': { input_tokens: expect.any(Number), output_tokens: 0 },
  })
  expect(attributes('named', 'outer')).toMatchObject({
    'langchain.tags': ['blue'],
    'langchain.metadata.tenant': 't-1',
  })
  expect(attributes('chain', 'RunnableSequence')).toMatchObject({
    'mlflow.spanInputs': { word: 'hello' },
    'mlflow.spanOutputs': { output: 'Hello! How can I help you today?' },
  })
}

function expectGraphs(attributes: Attributes, spansOf: SpansOf): void {
  expect(attributes('graph', 'b')).toMatchObject({ langgraph_node: 'b', langgraph_step: 2 })
  expect(attributes('graph', 'd')).toMatchObject({ langgraph_node: 'd', langgraph_step: 3 })
  expect(attributes('graph-values', 'ChatOpenAI')).toMatchObject({ langgraph_node: 'ask', langgraph_step: 1 })
  // What nodes are parallel to shows in their times.
  const [b, c] = ['b', 'c'].map((name) => spansOf('graph').find((span) => span.name === name))
  expect(b?.parentSpanId).toBe(c?.parentSpanId)
  expect(attributes('graph-interrupt-before', 'LangGraph')['session.id']).toBe('thread-8')
}

function expectNewest(
  attributes: Attributes,
  one: (probe: string, name: string, index?: number) => DecodedSpan,
): void {
  expect(attributes('invoke', 'ChatOpenAI')['gen_ai.response.model']).toBe('gpt-4o-mini')
  expect(attributes('cached', 'ChatOpenAI')['mlflow.chat.tokenUsage']).toMatchObject(
    usage(2048, 12, { cache_read_input_tokens: 1536 }),
  )
  expect(attributes('reasoning', 'ChatOpenAI')['gen_ai.usage.reasoning.output_tokens']).toBe(15)
  expect(attributes('anthropic', 'ChatAnthropic')).toMatchObject({
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet-4-5',
    'gen_ai.request.max_tokens': 100,
    'gen_ai.response.finish_reasons': ['end_turn'],
    'mlflow.chat.tokenUsage': usage(20, 10),
  })
  expect(attributes('anthropic-cached', 'ChatAnthropic')['mlflow.chat.tokenUsage']).toMatchObject(
    usage(2048, 12, { cache_read_input_tokens: 1536, cache_creation_input_tokens: 384 }),
  )
  expect(attributes('anthropic-tool', 'ChatAnthropic')['mlflow.chat.tools']).toMatchObject([
    { type: 'function', function: { name: 'get_weather', parameters: { required: ['city'] } } },
  ])
  expect(attributes('agent', 'clerk')).toMatchObject({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'clerk',
    'session.id': 'thread-1',
    thread_id: 'thread-1',
    'mlflow.chat.tokenUsage': usage(40, 20),
  })
  expect(attributes('agent', 'get_weather', 1)).toMatchObject({
    'gen_ai.tool.call.id': 'call_weather_2',
    'mlflow.spanInputs': { city: 'Rome' },
  })
  expect(attributes('graph-interrupt', 'human')).toMatchObject({
    'langgraph.ended_by': 'GraphInterrupt',
    'mlflow.spanOutputs': { __interrupt__: [{ value: { question: 'Go on?' } }] },
  })
  expect(attributes('graph-interrupt', 'human')).not.toHaveProperty('error.type')
  expect(attributes('graph-break-messages', 'ChatOpenAI')['turnspan.call.end']).toBe('stopped')
  expect(one('custom-event', 'work').events).toMatchObject([{ name: 'half-way' }])
}
