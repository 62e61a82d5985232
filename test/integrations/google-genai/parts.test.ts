import { expect, test } from 'vitest'
import {
  accumulateGemini,
  geminiAnswer,
  geminiTools,
  geminiUsage,
  shownContents,
} from '../../../src/integrations/base/index.ts'
import { geminiChat } from '../../support/chat-tab-providers.ts'
import type { AttributeValue } from '../../support/decoded-span.ts'

const answer = { candidates: [{ content: { role: 'model', parts: [{ text: 'Yes.' }] } }] }

test('parts of every kind make a conversation that MLflow shows', () => {
  const parts = [
    { text: 'See this.' },
    { text: 'Let me think.', thought: true, thoughtSignature: 'c2ln' },
    { functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'c2ln' },
    { functionResponse: { name: 'look', response: { output: 2 } } },
    { inlineData: { mimeType: 'image/png', data: 'aGVsbG8=' } },
    { fileData: { mimeType: 'audio/mpeg', fileUri: 'https://a.example/sound' } },
    { executableCode: { language: 'PYTHON', code: 'print(1)' } },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
    { somethingNew: {} },
  ]
  const contents = shownContents([{ role: 'user', parts }]) as AttributeValue[]
  expect(geminiChat({ contents }, answer).slice(0, -1)).toEqual([
    'user: See this.',
    'user: thinks Let me think.',
    'user: calls look with {"at":1}',
    'user: result of look: {"output":2}',
    'user: [image/png]',
    'user: [audio/mpeg]',
    'user: print(1)',
    'user: 1',
    'user: [somethingNew]',
  ])
  const [{ parts: shown } = { parts: [] }] = contents as { parts: AttributeValue[] }[]
  expect(shown[2]).toMatchObject({ thoughtSignature: 'c2ln' })
  expect(shown[5]).toEqual({ file_data: { mime_type: 'audio/mpeg', file_uri: 'https://a.example/sound' } })
  expect(shown[6]).toMatchObject({ executableCode: { language: 'PYTHON' } })
})

test('every form of contents that the client takes is taken', () => {
  expect(shownContents('Hi!')).toBe('Hi!')
  expect(shownContents(['Hi!', { text: 'And?' }])).toEqual(['Hi!', { text: 'And?' }])
  expect(shownContents({ inlineData: { mimeType: 'image/png' } })).toEqual({
    inline_data: { mime_type: 'image/png' },
  })
  expect(shownContents({ role: 'user', parts: ['Hi!'] })).toEqual({ role: 'user', parts: ['Hi!'] })
  expect(shownContents(undefined)).toBeUndefined()
  expect(shownContents(null)).toBeNull()
})

test.each([
  [undefined, undefined],
  [{}, undefined],
  [{ promptTokenCount: 5 }, { inputTokens: 5, outputTokens: 0 }],
  [
    {
      promptTokenCount: 5,
      toolUsePromptTokenCount: 4,
      candidatesTokenCount: 2,
      thoughtsTokenCount: 3,
      totalTokenCount: 14,
    },
    { inputTokens: 9, outputTokens: 5, totalTokens: 14, reasoningTokens: 3 },
  ],
  [
    {
      promptTokenCount: 9,
      candidatesTokenCount: 2,
      cachedContentTokenCount: 8,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 4 },
        { modality: 'AUDIO', tokenCount: 5 },
      ],
    },
    { inputTokens: 9, outputTokens: 2, cacheReadInputTokens: 8, audioInputTokens: 5 },
  ],
])('usage %j is %j', (usage, counted) => {
  expect(geminiUsage(usage)).toEqual(counted)
})

test('a prompt that was blocked has its reason, and no candidate', () => {
  expect(geminiAnswer({ promptFeedback: { blockReason: 'SAFETY' } })).toMatchObject({
    finishReasons: ['SAFETY'],
    attributes: { 'gcp.gemini.response.block_reason': 'SAFETY' },
  })
})

test("Google's own tools are named by their kind", () => {
  expect(
    geminiTools([
      { googleSearch: {} },
      { functionDeclarations: [{ name: 'look', parameters: { type: 'OBJECT' } }] },
    ]),
  ).toEqual([
    { type: 'function', function: { name: 'googleSearch' } },
    { type: 'function', function: { name: 'look', description: undefined } },
  ])
})

const limits = { maxValueBytes: 8, maxSpanBytes: 1000, maxDepth: 10 }

test('several candidates, unknown chunks and long texts add up to one answer', () => {
  const { add, answer: now } = accumulateGemini({ content: true, limits })
  const chunk = (index: number, ...parts: object[]): object => ({
    candidates: [{ index, content: { parts } }],
  })
  for (const strange of [undefined, null, 'text', {}, { candidates: [null] }]) add(strange)
  add(chunk(1, { text: 'second' }))
  add(chunk(0, { text: 'a long ' }))
  add(chunk(0, { text: 'text' }, { functionCall: { name: 'look' } }, { text: '!' }))
  add({
    candidates: [{ index: 0, finishReason: 'STOP', groundingMetadata: { webSearchQueries: ['q'] } }],
    modelVersion: 'm',
  })
  expect(now()).toMatchObject({
    model: 'm',
    finishReasons: ['STOP'],
    outputs: {
      candidates: [
        {
          groundingMetadata: { webSearchQueries: ['q'] },
          content: {
            role: 'model',
            parts: [{ text: 'a long te' }, { function_call: { name: 'look' } }, { text: '!' }],
          },
        },
        { content: { parts: [{ text: 'second' }] } },
      ],
    },
  })
})
