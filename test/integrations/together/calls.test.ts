import { expect } from 'vitest'
import { testClientCalls } from '../../support/client-calls.ts'
import { expectedChat } from '../../support/expected-chat.ts'
import { fixture, programs, ways } from './matrix.ts'

const MODEL = 'meta-llama/Llama-3.3-70B-Instruct-Turbo'
const common = expectedChat(MODEL)

testClientCalls({
  ...common,
  library: 'together-ai',
  programs,
  fixture,
  ways,
  counts: { 'together-0.6': 51, 'together-0.52': 55 },
  secrets: ['canary', 'parrot', 'get_weather'],
  trees: {
    ...common.trees,
    completions: ['text_completion mistralai/Mixtral-8x7B-v0.1 LLM OK'],
    'completions-stream': ['text_completion mistralai/Mixtral-8x7B-v0.1 LLM OK'],
    embeddings: ['embeddings BAAI/bge-large-en-v1.5 EMBEDDING OK'],
    rerank: ['rerank Salesforce/Llama-Rank-V1 RERANKER OK'],
    images: ['images black-forest-labs/FLUX.1-schnell LLM OK'],
    speech: ['speech cartesia/sonic LLM OK'],
    transcription: ['transcriptions openai/whisper-large-v3 LLM OK'],
    batches: ['batches.create TASK OK'],
    files: ['files.retrieve TASK OK'],
  },
  endings: { ...common.endings, 'stream-helper-abort': 'aborted' },
  usages: {
    ...common.usages,
    stream: undefined,
    completions: [20, 10],
    embeddings: [16, 0],
    rerank: [12, 0],
  },
  said: { ...common.said, 'completions-stream': 'Hello! How can I help you today?' },
  more(span, set) {
    expect(span('chat-tool-call')?.attributes).toMatchObject({
      'mlflow.llm.provider': 'together_ai',
      'gen_ai.provider.name': 'together_ai',
      'gen_ai.request.model': MODEL,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 50,
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'mlflow.message.format': 'openai',
    })
    expect(span('chat')?.attributes['gen_ai.response.finish_reasons']).toEqual(['eos'])
    const call = { id: 'call_weather_1', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }
    for (const probe of ['chat-tool-call', 'stream-tool-call', 'stream-helper'])
      expect(span(probe)?.attributes['mlflow.spanOutputs']).toMatchObject({
        choices: [{ message: { tool_calls: [call] }, finish_reason: 'tool_calls' }],
      })
    expect(span('embeddings')?.attributes['mlflow.spanOutputs']).toMatchObject({
      embeddings: 2,
      dimensions: 3,
    })
    if (set === 'together-0.52')
      expect(span('rerank')?.attributes).toMatchObject({
        'gen_ai.operation.name': 'rerank',
        'mlflow.spanInputs': { query: 'canary' },
        'mlflow.spanOutputs': { results: [{ index: 0, relevance_score: 0.9 }, { index: 1 }] },
      })
  },
})
