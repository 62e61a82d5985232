import { describe, expect, test } from 'vitest'
import {
  accumulateChat,
  accumulateResponses,
  endpointOf,
  growingText,
  openAIUsage,
} from '../../../src/integrations/base/index.ts'

const limits = { maxValueBytes: 1000, maxSpanBytes: 10_000, maxDepth: 40 }
const content = { content: true, limits }

describe('the text of a stream', () => {
  test('grows to little more than may be recorded', () => {
    const growing = growingText(10)
    for (let times = 0; times < 5; times += 1) growing.add('abcd')
    expect(growing.value()).toBe('abcdabcdabc')
  })

  test('is absent when none came', () => {
    const growing = growingText(10)
    growing.add(null)
    expect(growing.value()).toBeUndefined()
  })
})

describe('chunks of a chat', () => {
  const chunk = (delta: object, more: object = {}): object => ({
    id: 'c-1',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  })

  test('become the completion, with calls that come in pieces and out of order', () => {
    const chat = accumulateChat(content)
    chat.add(chunk({ role: 'assistant', content: '' }))
    chat.add(chunk({ reasoning_content: 'Hm.' }))
    chat.add(chunk({ content: 'Hel' }))
    chat.add(chunk({ tool_calls: [{ index: 1, id: 'b', function: { name: 'g', arguments: '{' } }] }))
    chat.add(chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }))
    chat.add(chunk({ tool_calls: [{ index: 1, function: { arguments: '}' } }], content: 'lo' }))
    chat.add(chunk({}, { finish_reason: 'tool_calls' }))
    chat.add({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } })
    expect(chat.answer()).toMatchObject({
      model: 'm',
      responseId: 'c-1',
      finishReasons: ['tool_calls'],
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      outputs: {
        choices: [
          {
            index: 0,
            finish_reason: 'tool_calls',
            message: {
              role: 'assistant',
              content: 'Hello',
              reasoning_content: 'Hm.',
              tool_calls: [
                { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
                { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } },
              ],
            },
          },
        ],
      },
    })
  })

  test('are kept without their content where that is not recorded', () => {
    const chat = accumulateChat({ content: false, limits })
    chat.add(chunk({ content: 'secret' }, { finish_reason: 'stop' }))
    expect(chat.answer().outputs).toBeUndefined()
    expect(chat.answer().finishReasons).toEqual(['stop'])
  })

  test('of Groq carry their tokens in a place of their own', () => {
    const chat = accumulateChat(content)
    chat.add({
      ...chunk({}),
      x_groq: { usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 } },
    })
    expect(chat.answer().usage).toMatchObject({ inputTokens: 5, outputTokens: 6 })
  })

  test.each([
    [null],
    [1],
    ['text'],
    [{ choices: 'none' }],
    [{ choices: [null] }],
    [{ choices: [{ delta: { tool_calls: [null] } }] }],
  ])('may be anything: %j', (given) => {
    const chat = accumulateChat(content)
    expect(() => chat.add(given)).not.toThrow()
    expect(() => chat.answer()).not.toThrow()
  })
})

describe('events of a response', () => {
  test('are told by what came before, when the last one is missing', () => {
    const response = accumulateResponses(content)
    response.add({ type: 'response.created', response: { id: 'r-1', model: 'm', output: [] } })
    response.add({
      type: 'response.output_item.added',
      output_index: 0,
      item: { type: 'message', role: 'assistant' },
    })
    response.add({ type: 'response.output_text.delta', output_index: 0, delta: 'Hel' })
    response.add({ type: 'response.output_text.delta', output_index: 0, delta: 'lo' })
    response.add({
      type: 'response.output_item.added',
      output_index: 1,
      item: { type: 'function_call', name: 'f' },
    })
    response.add({ type: 'response.function_call_arguments.delta', output_index: 1, delta: '{}' })
    expect(response.answer()).toMatchObject({
      responseId: 'r-1',
      model: 'm',
      outputs: {
        output: [
          { role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] },
          { type: 'function_call', name: 'f', arguments: '{}' },
        ],
      },
    })
  })

  test('say that it failed', () => {
    const response = accumulateResponses(content)
    response.add({
      type: 'response.failed',
      response: { id: 'r', status: 'failed', error: { code: 'server_error', message: 'broken' } },
    })
    expect(response.answer().error).toEqual({ type: 'server_error', message: 'broken' })
  })

  test('say that the stream itself failed', () => {
    const response = accumulateResponses(content)
    response.add({ type: 'error', code: 'rate_limit', message: 'slow down' })
    expect(response.answer().error).toEqual({ type: 'rate_limit', message: 'slow down' })
  })
})

describe('tokens', () => {
  test.each([
    [
      'of a chat',
      { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
    ],
    [
      'of DeepSeek',
      { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 8 },
      { inputTokens: 9, outputTokens: 1, cacheReadInputTokens: 8 },
    ],
    ['with a total only', { total_tokens: 7 }, { inputTokens: 7, outputTokens: 0, totalTokens: 7 }],
    ['of no kind', { words: 3 }, undefined],
    ['that are text', { prompt_tokens: '3' }, undefined],
    ['that are missing', undefined, undefined],
  ])('%s', (_what, given, expected) => {
    expect(openAIUsage(given)).toEqual(expected)
  })
})

test.each([
  ['https://api.openai.com/v1', 'openai'],
  ['https://mine.openai.azure.com/openai', 'azure.ai.openai'],
  ['https://mine.services.ai.azure.com/models', 'azure.ai.openai'],
  ['https://api.groq.com/openai/v1', 'groq'],
  ['https://api.together.xyz/v1', 'together_ai'],
  ['https://api.deepseek.com', 'deepseek'],
  ['https://api.x.ai/v1', 'x_ai'],
  ['https://openrouter.ai/api/v1', 'openrouter'],
  ['https://dbc-1.cloud.databricks.com/serving-endpoints', 'databricks'],
  ['https://adb-1.2.azuredatabricks.net/serving-endpoints', 'databricks'],
  ['http://localhost:11434/v1', 'ollama'],
  ['http://127.0.0.1:8000/v1', 'vllm'],
  ['https://gateway.example.com/v1', undefined],
  ['https://notopenai.com/v1', undefined],
  ['not a URL', undefined],
  [undefined, undefined],
])('the base URL %s is that of %s', (url, provider) => {
  expect(endpointOf(url).provider).toBe(provider)
})

test('credentials in a base URL are not recorded', () => {
  expect(JSON.stringify(endpointOf('https://user:secret@host.example.com:8443/v1?key=secret'))).not.toContain(
    'secret',
  )
})
