import { expect } from 'vitest'
import { type ExpectedCalls, testClientCalls } from '../../support/client-calls.ts'
import { fixture, programs, ways } from './matrix.ts'

const call = 'chat mistral-large-latest CHAT_MODEL'
const HELLO = 'Hello! How can I help you today?'
const failing: ExpectedCalls['failing'] = {
  'stream-cut': /Error$/,
  'error-400': /Error$/,
  'error-422': 'HTTPValidationError',
  'error-400-stream': /Error$/,
  timeout: 'RequestTimeoutError',
  'abort-during': 'RequestAbortedError',
  'bad-arguments': /Error$/,
  'rejection-forgotten': /Error$/,
}

testClientCalls({
  library: '@mistralai/mistralai',
  programs,
  fixture,
  ways,
  call,
  counts: { 'mistral-1.0': 32, 'mistral-1': 43, 'mistral-2': 43 },
  scripts: { 'error-422': [{ fault: { status: 422 } }] },
  secrets: ['canary!', 'canary.', 'canary()', 'get_weather', 'Field required'],
  trees: {
    'client-shape': [],
    'bad-arguments': ['chat CHAT_MODEL ERROR'],
    concurrent: Array.from({ length: 4 }, () => `${call} OK`),
    agents: ['chat ag_canary1 CHAT_MODEL OK'],
    'agents-stream': ['chat ag_canary1 CHAT_MODEL OK'],
    fim: ['text_completion codestral-latest LLM OK'],
    'fim-stream': ['text_completion codestral-latest LLM OK'],
    embeddings: ['embeddings mistral-embed EMBEDDING OK'],
    moderate: ['moderation mistral-moderation-latest GUARDRAIL OK'],
    ocr: ['ocr mistral-ocr-latest LLM OK'],
    'conversation-append': ['chat CHAT_MODEL OK'],
    models: [],
  },
  failing,
  endings: { 'stream-break': 'stopped', 'stream-signal-abort': 'aborted', 'stream-dropped': 'abandoned' },
  usages: {
    chat: [20, 10],
    'chat-reasoning': [30, 25],
    stream: [20, 10],
    'stream-break': undefined,
    agents: [20, 10],
    'fim-stream': [20, 10],
    embeddings: [16, 0],
    conversation: [20, 10],
    'conversation-stream': [20, 10],
    'error-400': undefined,
  },
  retries: { chat: [], 'retry-429': [429, 429], 'retry-500': [500] },
  said: {
    stream: HELLO,
    'stream-reader': HELLO,
    'agents-stream': HELLO,
    'stream-break': 'word0 word1',
    'conversation-stream': 'It is sunny in Paris, 21 degrees.',
  },
  more(span, set) {
    const attributes = span('chat-tool-call')?.attributes
    expect(attributes).toMatchObject({
      'mlflow.llm.provider': 'mistral_ai',
      'gen_ai.provider.name': 'mistral_ai',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'mistral-large-latest',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.max_tokens': 50,
      'gen_ai.request.seed': 7,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'mlflow.message.format': 'openai',
      'server.address': '127.0.0.1',
    })
    const called = { id: 'call_weather_1', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }
    for (const probe of ['chat-tool-call', 'stream-events'])
      expect(span(probe)?.attributes['mlflow.spanOutputs'], probe).toMatchObject({
        choices: [{ message: { tool_calls: [called] }, finish_reason: 'tool_calls' }],
      })
    const image =
      set === 'mistral-1.0' ? [] : [{ type: 'image_url', image_url: { url: 'https://a.example/sky.png' } }]
    expect(span('chat-tool-result')?.attributes['mlflow.spanInputs']).toMatchObject({
      messages: [
        { role: 'system' },
        { content: [{ type: 'text' }, ...image] },
        { tool_calls: [{ id: 'call_w1', function: { arguments: '{"city":"Paris"}' } }] },
        { role: 'tool', tool_call_id: 'call_w1', content: 'sunny' },
      ],
    })
    expect(span('agents')?.attributes['gen_ai.agent.id']).toBe('ag_canary1')
    expect(span('given-getters')?.attributes['mlflow.spanInputs']).toMatchObject({
      messages: [{ role: 'user', content: expect.stringMatching(/^read \d$/) }],
    })
    if (set === 'mistral-1.0') return
    for (const probe of ['chat-reasoning', 'stream-reasoning'])
      expect(span(probe)?.attributes['mlflow.spanOutputs'], probe).toMatchObject({
        choices: [{ message: { reasoning_content: 'The user greets me.', content: 'Hello!' } }],
      })
    for (const probe of ['conversation', 'conversation-stream']) {
      expect(span(probe)?.attributes, probe).toMatchObject({
        'gen_ai.conversation.id': 'conv_search0',
        'mlflow.spanInputs': { messages: [{ role: 'system' }, { role: 'user', content: 'Hi canary!' }] },
        'mlflow.spanOutputs': { choices: [{ message: { executed_tools: [{ name: 'web_search' }] } }] },
      })
    }
    for (const probe of ['conversation-append', 'conversation-stream-tool'])
      expect(span(probe)?.attributes['mlflow.spanOutputs'], probe).toMatchObject({
        choices: [{ message: { tool_calls: [called] } }],
      })
    expect(span('conversation-append')?.attributes).toMatchObject({
      'gen_ai.request.temperature': 0.5,
      'mlflow.spanInputs': { messages: [{ role: 'tool', tool_call_id: 'call_w1', content: 'sunny' }] },
    })
  },
})
