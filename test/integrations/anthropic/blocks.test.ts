import { expect, test } from 'vitest'
import { accumulateMessage, messageAnswer, shownMessages } from '../../../src/integrations/base/index.ts'
import { anthropicUsage } from '../../../src/integrations/base/wire/anthropic-usage.ts'
import { anthropicChat } from '../../support/chat-tab-providers.ts'
import type { AttributeValue } from '../../support/decoded-span.ts'

const answer = { type: 'message', role: 'assistant', content: 'Yes.' }
const shown = (...content: object[]): string[] =>
  anthropicChat({ messages: shownMessages([{ role: 'user', content }]) as AttributeValue[] }, answer).slice(
    0,
    -1,
  )

test('blocks of every kind make a conversation that MLflow shows', () => {
  const image = { type: 'base64', media_type: 'image/png', data: 'aGVsbG8=' }
  const lines = shown(
    { type: 'text', text: 'See this.' },
    { type: 'image', source: image },
    { type: 'image', source: { type: 'file', file_id: 'file_1' } },
    {
      type: 'document',
      title: 'Terms',
      source: { type: 'base64', media_type: 'application/pdf', data: 'aGVsbG8=' },
    },
    {
      type: 'search_result',
      source: 'https://a.example',
      title: 'A',
      content: [{ type: 'text', text: 'found' }],
    },
    { type: 'container_upload', file_id: 'file_2' },
    { type: 'redacted_thinking', data: 'c2VjcmV0' },
    { type: 'server_tool_use', id: 'srv_1', name: 'code_execution', input: { code: '1 + 1' } },
    { type: 'code_execution_tool_result', tool_use_id: 'srv_1', content: { stdout: '2', return_code: 0 } },
    { type: 'web_search_tool_result', tool_use_id: 'srv_2', content: { error_code: 'unavailable' } },
    { type: 'mcp_tool_use', id: 'mcp_1', name: 'look', server_name: 's', input: {} },
    { type: 'mcp_tool_result', tool_use_id: 'mcp_1', content: [{ type: 'text', text: 'seen' }] },
    { type: 'tool_result', tool_use_id: 'toolu_1' },
    { type: 'tool_result', tool_use_id: 'toolu_2', content: [{ type: 'document', title: 'Page' }] },
    { type: 'something_new' },
  )
  expect(lines).toEqual([
    'user: See this.',
    'user: [image]',
    'user: [image: file_1]',
    'user: [document: Terms]',
    'user: [search_result: A]',
    'user: [container_upload: file_2]',
    'user: thinks [redacted]',
    'user: calls code_execution as srv_1',
    'user: result of srv_1: 2',
    'user: result of srv_2: [result: unavailable]',
    'user: calls look as mcp_1',
    'user: result of mcp_1: seen',
    'user: result of toolu_1: ',
    'user: result of toolu_2: [document: Page]',
    'user: [something_new]',
  ])
})

test('a block that stands for another keeps all that it had, and what it was', () => {
  const block = { type: 'redacted_thinking', data: 'c2VjcmV0' }
  const [message] = shownMessages([{ role: 'assistant', content: [block] }]) as { content: object[] }[]
  expect(message?.content).toEqual([
    { data: 'c2VjcmV0', type: 'thinking', thinking: '[redacted]', block_type: 'redacted_thinking' },
  ])
})

test('messages that MLflow knows are the very ones that were given', () => {
  const messages = [
    { role: 'user', content: 'Hi!' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'n', input: {} }] },
  ]
  expect(shownMessages(messages)).toBe(messages)
})

test.each([
  [undefined, undefined],
  [{}, undefined],
  [
    { input_tokens: 5, output_tokens: 2 },
    { inputTokens: 5, outputTokens: 2 },
  ],
  [
    { input_tokens: 5, output_tokens: 2, cache_read_input_tokens: null, cache_creation_input_tokens: null },
    { inputTokens: 5, outputTokens: 2 },
  ],
  [
    {
      input_tokens: 1,
      output_tokens: 2,
      cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
    },
    { inputTokens: 8, outputTokens: 2, cacheCreationInputTokens: 7, cacheCreation1hInputTokens: 4 },
  ],
  [
    { input_tokens: 1, output_tokens: 9, output_tokens_details: { thinking_tokens: 6 } },
    { inputTokens: 1, outputTokens: 9, reasoningTokens: 6 },
  ],
])('usage %j is %j', (usage, counted) => {
  expect(anthropicUsage(usage)).toEqual(counted)
})

test('an answer that is no message has what it has', () => {
  for (const strange of [undefined, null, 'text', 7, [], { content: 'text' }]) {
    expect(messageAnswer(strange)).toMatchObject({ finishReasons: [] })
  }
})

const limits = { maxValueBytes: 8, maxSpanBytes: 1000, maxDepth: 10 }
const event = (type: string, more: object = {}): object => ({ type, ...more })
const accumulate = (content: boolean, events: readonly unknown[]): ReturnType<typeof accumulateMessage> => {
  const accumulator = accumulateMessage({ content, limits })
  for (const one of events) accumulator.add(one)
  return accumulator
}
const START = event('message_start', {
  message: { id: 'msg_1', role: 'assistant', usage: { input_tokens: 3 } },
})

test('a tool whose input breaks off has what came of it', () => {
  const { answer: now, complete } = accumulate(true, [
    START,
    event('content_block_start', {
      index: 0,
      content_block: { type: 'tool_use', id: 't', name: 'n', input: {} },
    }),
    event('content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json: '{"a":' } }),
  ])
  expect(now().outputs).toMatchObject({ content: [{ name: 'n', input: { partial_json: '{"a":' } }] })
  expect(complete?.().error).toMatchObject({ type: 'incomplete' })
})

test('no more text is kept than may be recorded, and none without content', () => {
  const delta = event('content_block_delta', {
    index: 0,
    delta: { type: 'text_delta', text: 'word '.repeat(10) },
  })
  const events = [
    START,
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    delta,
    delta,
  ]
  const { content } = accumulate(true, events).answer().outputs as { content: { text: string }[] }
  expect(content[0]?.text).toHaveLength(limits.maxValueBytes + 1)
  expect(accumulate(false, events).answer()).not.toHaveProperty('outputs')
})

test('events out of order, of unknown kinds or of no kind do no harm', () => {
  const strange = [
    undefined,
    null,
    'ping',
    {},
    event('ping'),
    event('content_block_delta', { index: 9, delta: {} }),
  ]
  expect(accumulate(true, [...strange, START, ...strange]).answer()).toMatchObject({ responseId: 'msg_1' })
})
