import { describe, expect, test } from 'vitest'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { nestsDeep } from '../../../src/span/capture/nesting.ts'
import { jsonText } from '../../../src/span/semconv/message-json.ts'
import type { Message } from '../../../src/span/semconv/message-parts.ts'
import { inputMessages, outputMessages } from '../../../src/span/semconv/messages.ts'
import { snapshotOf } from '../../../src/span/snapshot/snapshot.ts'

/** The messages as a receiver reads them. */
const read = (messages: readonly Message[] | undefined): unknown =>
  messages && (JSON.parse(jsonText(messages)) as unknown)
const text = (content: string): object => ({ type: 'text', content })

describe('requests become messages of parts', () => {
  test.each([
    ['a text', 'Hi!', [{ role: 'user', parts: [text('Hi!')] }]],
    [
      'a chat with what the system says beside it',
      { system: [{ type: 'text', text: 'Be kind.' }], messages: [{ role: 'user', content: 'Hi!' }] },
      [
        { role: 'system', parts: [text('Be kind.')] },
        { role: 'user', parts: [text('Hi!')] },
      ],
    ],
    [
      'a text for the Responses API',
      { model: 'gpt-4o', instructions: 'Be kind.', input: 'Hi!' },
      [
        { role: 'system', parts: [text('Be kind.')] },
        { role: 'user', parts: [text('Hi!')] },
      ],
    ],
    [
      'items of the Responses API',
      {
        input: [
          { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'I look it up.' }] },
          { type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '{"city":"Paris"}' },
          { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
        ],
      },
      [
        { role: 'user', parts: [text('Weather?')] },
        { role: 'assistant', parts: [{ type: 'reasoning', content: 'I look it up.' }] },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'c1', name: 'get_weather', arguments: { city: 'Paris' } }],
        },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'sunny' }] },
      ],
    ],
    [
      'contents of Gemini',
      {
        contents: [
          { role: 'user', parts: [{ text: 'Weather?' }] },
          { role: 'model', parts: [{ functionCall: { name: 'get_weather', args: { city: 'Paris' } } }] },
          {
            role: 'user',
            parts: [{ functionResponse: { name: 'get_weather', response: { sky: 'clear' } } }],
          },
        ],
        config: { systemInstruction: 'Be kind.' },
      },
      [
        { role: 'system', parts: [text('Be kind.')] },
        { role: 'user', parts: [text('Weather?')] },
        {
          role: 'assistant',
          parts: [
            { type: 'tool_call', id: 'get_weather', name: 'get_weather', arguments: { city: 'Paris' } },
          ],
        },
        {
          role: 'user',
          parts: [{ type: 'tool_call_response', id: 'get_weather', response: { sky: 'clear' } }],
        },
      ],
    ],
    [
      'texts and parts for Gemini',
      { contents: ['Hi!', { inlineData: { mimeType: 'image/png' } }] },
      [
        { role: 'user', parts: [text('Hi!')] },
        { role: 'user', parts: [{ inlineData: { mimeType: 'image/png' }, type: 'inlineData' }] },
      ],
    ],
  ])('%s', (_what, inputs: Captured, messages) => {
    expect(read(inputMessages(snapshotOf(inputs)))).toEqual(messages)
  })

  test.each([
    ['no messages', { question: 'Hi!' }],
    ['an empty chat', { messages: [] }],
    ['numbers', { input: [1, 2] }],
    ['no contents', { contents: [] }],
  ])('%s stay as they are', (_what, inputs: Captured) => {
    expect(inputMessages(snapshotOf(inputs))).toBeUndefined()
  })
})

describe('chats', () => {
  const parts = (...content: Captured[]): unknown =>
    (read(inputMessages(snapshotOf([{ role: 'user', content }]))) as { parts: unknown }[])[0]?.parts

  test('keep what the tools were asked and what they answered', () => {
    const call = (args: Captured): Captured => ({ id: 'c1', function: { name: 'f', arguments: args } })
    const chat = [
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('{"a": [1, 2e0]}'), call('no JSON'), call({ b: 1 })],
      },
      { role: 'assistant', tool_calls: [{ id: 'c2' }, 'odd', { function: { name: 'g' } }] },
      { role: 'tool', tool_call_id: 'c1', content: { sky: 'clear' } },
      { role: 'tool', tool_call_id: 'c1' },
      { role: 'tool', content: 'no id' },
    ]
    const called = (args: Captured): object => ({ type: 'tool_call', id: 'c1', name: 'f', arguments: args })
    expect(read(inputMessages(snapshotOf(chat)))).toEqual([
      { role: 'assistant', parts: [called({ a: [1, 2] }), called('no JSON'), called({ b: 1 })] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: null, name: 'g', arguments: null }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: { sky: 'clear' } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: null }] },
      { role: 'tool', parts: [text('no id')] },
    ])
  })

  test('may be in the form of the conventions already', () => {
    const chat = [
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'Hi!' },
          { type: 'text', content: 'Ho!' },
        ],
      },
    ]
    expect(read(inputMessages(snapshotOf({ messages: chat })))).toEqual(chat)
  })

  test('have the parts of Anthropic', () => {
    expect(
      parts(
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
        { type: 'tool_use' },
        { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'ok' }] },
      ),
    ).toEqual([
      { type: 'reasoning', content: 'Hm.' },
      { type: 'tool_call', id: 't1', name: 'f', arguments: { a: 1 } },
      { type: 'tool_call', id: null, name: '', arguments: null },
      { type: 'tool_call_response', id: 't1', response: [{ type: 'text', text: 'ok' }] },
    ])
  })

  test('pass on parts of any other kind, and name the nameless', () => {
    expect(parts('plain', 7, [1], { type: 'image', url: 'x' }, { url: 'x' }, {}, { type: 1, a: 2 })).toEqual([
      text('plain'),
      text('7'),
      text('[1]'),
      { type: 'image', url: 'x' },
      { url: 'x', type: 'unknown' },
      { type: 'unknown' },
      { type: 'unknown', a: 2 },
    ])
  })

  test.each<[string, Captured]>([
    ['a message without a role', [{ role: 'user', content: 'Hi!' }, { content: 'Hi!' }]],
    ['content that is an object', [{ role: 'user', content: { a: 1 } }]],
    ['what is no message', [{ role: 'user', content: 'Hi!' }, null]],
  ])('with %s are none', (_what, chat) => {
    expect(inputMessages(snapshotOf(chat))).toBeUndefined()
  })

  test('nest no deeper in their messages than they may', () => {
    let deep: Captured = 'core'
    for (let i = 0; i < 29; i += 1) deep = { a: deep }
    for (const part of [{ type: 'own', deep }, { deep }, { type: 'tool_use', input: deep }]) {
      const [message] = inputMessages(snapshotOf([{ role: 'user', content: [part] }])) ?? []
      expect(nestsDeep(jsonText(message ? [message] : []))).toBe(false)
    }
  })
})

describe('answers become messages of parts', () => {
  test.each([
    [
      'a response',
      {
        output: [
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello.' }] },
        ],
      },
      [
        {
          role: 'assistant',
          parts: [{ type: 'reasoning', content: 'Hm.' }, text('Hello.')],
          finish_reason: 'stop',
        },
      ],
    ],
    [
      'a response with a call',
      { output: [{ type: 'function_call', call_id: 'c1', name: 'f', arguments: 'not JSON' }] },
      [
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'c1', name: 'f', arguments: 'not JSON' }],
          finish_reason: 'tool_call',
        },
      ],
    ],
    [
      'candidates of Gemini',
      {
        candidates: [
          {
            content: { role: 'model', parts: [{ text: 'Hm.', thought: true }, { text: 'Hello.' }] },
            finishReason: 'MAX_TOKENS',
          },
        ],
      },
      [
        {
          role: 'assistant',
          parts: [{ type: 'reasoning', content: 'Hm.' }, text('Hello.')],
          finish_reason: 'length',
        },
      ],
    ],
    [
      'a candidate of Gemini without content',
      { candidates: [{ finishReason: 'SAFETY' }] },
      [{ role: 'assistant', parts: [], finish_reason: 'content_filter' }],
    ],
    [
      'a completion',
      { choices: [{ message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'length' }] },
      [{ role: 'assistant', parts: [text('Hello.')], finish_reason: 'length' }],
    ],
  ])('%s', (_what, outputs: Captured, messages) => {
    expect(read(outputMessages(snapshotOf(outputs)))).toEqual(messages)
  })

  test.each([
    ['an empty response', { output: [] }],
    ['numbers', { output: [1] }],
  ])('%s stay as they are', (_what, outputs: Captured) => {
    expect(outputMessages(snapshotOf(outputs))).toBeUndefined()
  })
})
