import { expect } from 'vitest'
import { testClientCalls } from '../../support/client-calls.ts'
import { fixture, programs, ways } from './matrix.ts'

const call = 'chat command-a-03-2025 CHAT_MODEL'
const HELLO = 'Hello! How can I help you today?'

testClientCalls({
  library: 'cohere-ai',
  programs,
  fixture,
  ways,
  call,
  counts: { 'cohere-7.14': 39, 'cohere-7': 40, 'cohere-8': 40 },
  secrets: ['canary', 'parrot', 'get_weather', 'I will look', 'The server had an error'],
  trees: {
    'client-shape': [],
    concurrent: Array.from({ length: 3 }, () => `${call} OK`),
    generate: ['text_completion command LLM OK'],
    'generate-stream': ['text_completion command LLM OK'],
    embed: ['embeddings embed-v4.0 EMBEDDING OK'],
    'former-embed': ['embeddings embed-english-v3.0 EMBEDDING OK'],
    rerank: ['rerank rerank-v3.5 RERANKER OK'],
    'former-rerank': ['rerank rerank-v3.5 RERANKER OK'],
  },
  failing: {
    'stream-cut': /Error$/,
    'stream-error-event': 'ERROR',
    // The errors of early versions have no name of their own.
    'error-400': /^(BadRequest)?Error$/,
    'error-401': /^(Unauthorized)?Error$/,
    'error-400-stream': /^(BadRequest)?Error$/,
    timeout: /^(Cohere)?Error$/,
    'abort-during': /Error$/,
    'rejection-forgotten': /^(BadRequest)?Error$/,
  },
  endings: {
    'stream-break': 'stopped',
    'stream-signal-abort': 'aborted',
    'stream-dropped': 'abandoned',
    'former-stream-break': 'stopped',
  },
  usages: {
    chat: [20, 10],
    stream: [20, 10],
    'stream-break': undefined,
    former: [20, 10],
    'former-stream': [20, 10],
    generate: [20, 10],
    embed: [16, 0],
    'former-embed': [8, 0],
    rerank: undefined,
    'error-400': undefined,
  },
  retries: {},
  said: {
    stream: HELLO,
    'stream-break': 'word0 word1',
    'stream-error-event': 'Hello! How can I',
    'former-stream': HELLO,
    'former-stream-break': 'word0 word1',
  },
  more(span, set) {
    expect(span('chat-tool-call')?.attributes).toMatchObject({
      'mlflow.llm.provider': 'cohere',
      'gen_ai.provider.name': 'cohere',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'command-a-03-2025',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.top_k': 5,
      'gen_ai.request.max_tokens': 50,
      'gen_ai.request.seed': 7,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.id': 'c-tool0',
      'gen_ai.response.finish_reasons': ['TOOL_CALL'],
      'mlflow.message.format': 'openai',
      'server.address': '127.0.0.1',
    })
    const called = { id: 'call_weather_1', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }
    for (const probe of ['chat-tool-call', 'stream-tool-call'])
      expect(span(probe)?.attributes['mlflow.spanOutputs'], probe).toMatchObject({
        choices: [
          { message: { tool_plan: 'I will look.', tool_calls: [called] }, finish_reason: 'TOOL_CALL' },
        ],
      })
    expect(span('chat-tool-result')?.attributes['mlflow.spanInputs']).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user' },
        { role: 'assistant', tool_calls: [{ id: 'call_w1' }] },
        { role: 'tool', tool_call_id: 'call_w1', content: 'sunny' },
      ],
    })
    expect(span('stream-reasoning')?.attributes['mlflow.spanOutputs']).toMatchObject({
      choices: [{ message: { content: 'Hello!', reasoning_content: 'The user greets me.' } }],
    })
    expect(span('former')?.attributes['mlflow.spanInputs']).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi canary!' },
      ],
    })
    const tools = span('former-tools')?.attributes
    expect(tools?.['mlflow.spanInputs']).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant' },
        { role: 'tool', content: '[{"sky":"blue"}]' },
        { role: 'user' },
      ],
    })
    expect(JSON.parse(String(tools?.['mlflow.chat.tools']))).toMatchObject([
      { type: 'function', function: { name: 'get_weather', parameters: { required: ['city'] } } },
    ])
    for (const probe of ['former-tools', 'former-stream-tools'])
      expect(span(probe)?.attributes['mlflow.spanOutputs'], probe).toMatchObject({
        choices: [{ message: { tool_calls: [{ function: called.function }] } }],
      })
    expect(span('generate-stream')?.attributes['mlflow.spanOutputs']).toMatchObject({
      choices: [{ text: HELLO }],
    })
    expect(span('embed')?.attributes['mlflow.spanOutputs']).toEqual({
      embeddings: 2,
      dimensions: 3,
      types: ['float'],
    })
    expect(span('rerank')?.attributes).toMatchObject({
      'cohere.usage.search_units': 1,
      'mlflow.spanInputs': { query: 'canary' },
      'mlflow.spanOutputs': { results: [{ index: 0, relevance_score: 0.9 }, { index: 1 }] },
    })
    // Early versions do not know of it.
    if (set === 'cohere-8')
      expect(span('chat-cached')?.attributes['gen_ai.usage.cache_read.input_tokens']).toBe(1536)
  },
})
