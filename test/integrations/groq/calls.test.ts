import { expect } from 'vitest'
import { testClientCalls } from '../../support/client-calls.ts'
import { expectedChat } from '../../support/expected-chat.ts'
import { fixture, programs, ways } from './matrix.ts'

const common = expectedChat('llama-3.3-70b-versatile')
const chunk = (more: object, delta: object): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`
const FAILED = chunk({}, { content: 'Half' }) + chunk({ x_groq: { id: 'r', error: 'over capacity' } }, {})

testClientCalls({
  ...common,
  library: 'groq-sdk',
  programs,
  fixture,
  ways,
  counts: { 'groq-0.3': 48, 'groq-1': 55 },
  scripts: { 'groq-failed': [{ body: { type: 'text/event-stream', text: FAILED } }] },
  secrets: ['canary', 'over capacity', 'get_weather'],
  trees: {
    ...common.trees,
    embeddings: ['embeddings nomic-embed-text-v1_5 EMBEDDING OK'],
    'embeddings-error': ['embeddings nomic-embed-text-v1_5 EMBEDDING ERROR'],
    transcription: ['transcriptions whisper-large-v3 LLM OK'],
    speech: ['speech playai-tts LLM OK'],
    batches: ['batches.create TASK OK'],
    files: ['files.info TASK OK'],
    models: [],
  },
  failing: { ...common.failing, 'stream-told-failure': 'error', 'embeddings-error': 'AuthenticationError' },
  usages: {
    ...common.usages,
    // They come unasked, in a place of their own.
    stream: [20, 10],
    'stream-tool-call': [20, 10],
    embeddings: [16, 0],
    transcription: [14, 6],
  },
  said: {
    ...common.said,
    'stream-told-failure': 'Half',
    'stream-executed': 'It is sunny in Paris, 21 degrees.',
  },
  more(span) {
    expect(span('chat-tool-call')?.attributes).toMatchObject({
      'mlflow.llm.provider': 'groq',
      'gen_ai.provider.name': 'groq',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'llama-3.3-70b-versatile',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.max_tokens': 50,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.id': 'chatcmpl-tool0',
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'mlflow.message.format': 'openai',
      'server.address': '127.0.0.1',
    })
    expect(span('chat-reasoning')?.attributes['gen_ai.usage.reasoning.output_tokens']).toBe(15)
    const ran = [{ index: 0, type: 'search', arguments: '{"query":"weather in Paris"}' }]
    for (const probe of ['chat-executed', 'stream-executed']) {
      expect(span(probe)?.attributes['mlflow.spanOutputs'], probe).toMatchObject({
        choices: [{ message: { executed_tools: ran } }],
      })
      expect(JSON.stringify(span(probe)?.attributes['mlflow.spanOutputs'])).toContain(
        'https://weather.example/paris',
      )
    }
    const call = { id: 'call_weather_1', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }
    for (const probe of ['chat-tool-call', 'stream-tool-call'])
      expect(span(probe)?.attributes['mlflow.spanOutputs']).toMatchObject({
        choices: [{ message: { tool_calls: [call] }, finish_reason: 'tool_calls' }],
      })
    expect(span('stream-reasoning')?.attributes['mlflow.spanOutputs']).toMatchObject({
      choices: [{ message: { reasoning_content: 'The user greets me.', content: 'Hello!' } }],
    })
    expect(span('given-to-json')?.attributes['mlflow.spanInputs']).toMatchObject({
      messages: [{ role: 'user', content: 'attempt 1' }],
    })
  },
})
