import { describe, expect, test } from 'vitest'
import type { Captured } from '../../src/span/captured.ts'
import { contentOf } from '../../src/span/content/capture-content.ts'
import { jsonText } from '../../src/span/message-json.ts'
import type { Message } from '../../src/span/message-parts.ts'
import { inputMessages, outputMessages } from '../../src/span/messages.ts'

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
    expect(read(inputMessages(contentOf(inputs)))).toEqual(messages)
  })

  test.each([
    ['no messages', { question: 'Hi!' }],
    ['an empty chat', { messages: [] }],
    ['numbers', { input: [1, 2] }],
    ['no contents', { contents: [] }],
  ])('%s stay as they are', (_what, inputs: Captured) => {
    expect(inputMessages(contentOf(inputs))).toBeUndefined()
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
      [{ role: 'assistant', parts: [], finish_reason: 'safety' }],
    ],
    [
      'a completion',
      { choices: [{ message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'length' }] },
      [{ role: 'assistant', parts: [text('Hello.')], finish_reason: 'length' }],
    ],
  ])('%s', (_what, outputs: Captured, messages) => {
    expect(read(outputMessages(contentOf(outputs)))).toEqual(messages)
  })

  test.each([
    ['an empty response', { output: [] }],
    ['numbers', { output: [1] }],
  ])('%s stay as they are', (_what, outputs: Captured) => {
    expect(outputMessages(contentOf(outputs))).toBeUndefined()
  })
})
