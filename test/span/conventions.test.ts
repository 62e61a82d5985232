import { describe, expect, test } from 'vitest'
import type { Captured } from '../../src/span/capture/captured.ts'
import type { AgentData, EndedSpan } from '../../src/span/ended-span.ts'
import {
  type ExportedValue,
  type ExportOptions,
  exportedAttributes,
} from '../../src/span/semconv/span-attributes.ts'
import { snapshotOf } from '../../src/span/snapshot/snapshot.ts'
import { endedSpan } from '../export/ended-span.ts'

const OTHER: ExportOptions = { contentKeys: 'gen_ai', legacySemconv: false, mlflow: false }
const FORMER: ExportOptions = { ...OTHER, legacySemconv: true }
const MLFLOW: ExportOptions = { ...OTHER, mlflow: true }

type Said = Partial<Omit<AgentData, 'inputs' | 'outputs'>> & { inputs?: Captured; outputs?: Captured }

function call({ inputs, outputs, ...said }: Said, given: Partial<EndedSpan> = {}): EndedSpan {
  const content = {
    ...(inputs !== undefined && { inputs: snapshotOf(inputs) }),
    ...(outputs !== undefined && { outputs: snapshotOf(outputs) }),
  }
  const agent = { spanType: 'CHAT_MODEL', jsonKeys: new Set<string>(), ...said, ...content }
  return endedSpan({ agent, ...given })
}

const json = (value: ExportedValue | undefined): unknown => JSON.parse(String(value))
const text = (content: string): { type: string; content: string } => ({ type: 'text', content })

describe('what an API has beside the messages', () => {
  const user = { role: 'user', parts: [text('hi')] }
  test.each([
    ['Anthropic', { system: 'Be kind.', messages: [{ role: 'user', content: 'hi' }] }, ['Be kind.']],
    [
      'Anthropic, in blocks',
      { system: [{ type: 'text', text: 'a' }, 'b'], messages: [{ role: 'user', content: 'hi' }] },
      ['a', 'b'],
    ],
    ['OpenAI', { instructions: 'Be kind.', input: 'hi' }, ['Be kind.']],
    ['Gemini', { contents: 'hi', config: { systemInstruction: { parts: [{ text: 'a' }] } } }, ['a']],
  ])('goes under gen_ai.system_instructions: %s', (_of, inputs, told) => {
    const sent = exportedAttributes(call({ inputs }), OTHER)
    expect(json(sent['gen_ai.system_instructions'])).toEqual(told.map(text))
    expect(json(sent['gen_ai.input.messages'])).toEqual([user])
  })

  test('stays the first message for MLflow, which reads nothing else', () => {
    const inputs = { system: 'Be kind.', messages: [{ role: 'user', content: 'hi' }] }
    const sent = exportedAttributes(call({ inputs }), MLFLOW)
    expect(sent).not.toHaveProperty(['gen_ai.system_instructions'])
    expect(json(sent['gen_ai.input.messages'])).toEqual([{ role: 'system', parts: [text('Be kind.')] }, user])
  })

  test('is not made of a message of the conversation', () => {
    const inputs = { messages: [{ role: 'system', content: 'Be kind.' }] }
    expect(exportedAttributes(call({ inputs }), OTHER)).not.toHaveProperty(['gen_ai.system_instructions'])
  })
})

describe('tools', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } }
  const tools = JSON.stringify([
    { type: 'function', function: { name: 'weather', description: 'Of a city', parameters, strict: true } },
    '…[2 items cut]…',
    { type: 'function', function: { name: 'time' } },
  ])
  const span = call({}, { attributes: { 'mlflow.chat.tools': tools } })
  const definitions = [
    { type: 'function', name: 'weather', description: 'Of a city', parameters, strict: true },
    { type: 'function', name: 'time' },
  ]

  test('are told in the words of the conventions, in place of those of MLflow', () => {
    const sent = exportedAttributes(span, OTHER)
    expect(json(sent['gen_ai.tool.definitions'])).toEqual(definitions)
    expect(sent).not.toHaveProperty(['mlflow.chat.tools'])
  })

  test('are told in both words to MLflow and where both are asked for', () => {
    for (const options of [MLFLOW, { ...OTHER, contentKeys: 'both' }] as const) {
      const sent = exportedAttributes(span, options)
      expect(json(sent['gen_ai.tool.definitions'])).toEqual(definitions)
      expect(sent['mlflow.chat.tools']).toBe(tools)
    }
  })

  test('are told in the words of MLflow alone where those are wanted, or where they cannot be read', () => {
    const sent = exportedAttributes(span, { ...MLFLOW, contentKeys: 'mlflow' })
    expect(sent).not.toHaveProperty(['gen_ai.tool.definitions'])
    const broken = call({}, { attributes: { 'mlflow.chat.tools': '[{"type":"func' } })
    expect(exportedAttributes(broken, OTHER)).toMatchObject({ 'mlflow.chat.tools': '[{"type":"func' })
  })

  test('that a library told itself stand as it told them', () => {
    const attributes = { 'gen_ai.tool.definitions': '[]', 'mlflow.chat.tools': tools }
    expect(exportedAttributes(call({}, { attributes }), OTHER)['gen_ai.tool.definitions']).toBe('[]')
  })
})

test.each([
  ['CHAT_MODEL', 's-1'],
  ['LLM', 's-1'],
  ['AGENT', 's-1'],
  ['TOOL', undefined],
  ['EMBEDDING', undefined],
])('a span of type %s in a session belongs to the conversation %s', (spanType, conversation) => {
  const span = call({ spanType })
  const inSession = { ...span, trace: { ...span.trace, sessionId: 's-1' } }
  expect(exportedAttributes(inSession, OTHER)['gen_ai.conversation.id']).toBe(conversation)
  const named = { ...inSession, attributes: { 'gen_ai.conversation.id': 'conv_1' } }
  expect(exportedAttributes(named, OTHER)['gen_ai.conversation.id']).toBe('conv_1')
})

test('why an answer ended is told in the words of the conventions', () => {
  const reasonOf = (outputs: Captured): unknown =>
    (
      json(exportedAttributes(call({ outputs }), OTHER)['gen_ai.output.messages']) as {
        finish_reason: string
      }[]
    )[0]?.finish_reason
  const message = { role: 'assistant', content: 'a' }
  const chat = (finish_reason: string): Captured => ({ choices: [{ message, finish_reason }] })
  const gemini = (finishReason: string): Captured => ({ candidates: [{ finishReason }] })
  expect(['stop', 'tool_calls', 'content_filter', 'odd'].map((reason) => reasonOf(chat(reason)))).toEqual([
    'stop',
    'tool_call',
    'content_filter',
    'odd',
  ])
  expect(reasonOf({ ...message, stop_reason: 'max_tokens' })).toBe('length')
  expect(['STOP', 'MAX_TOKENS', 'SAFETY'].map((reason) => reasonOf(gemini(reason)))).toEqual([
    'stop',
    'length',
    'content_filter',
  ])
  expect(reasonOf([message])).toBe('stop')
  expect(reasonOf({ messages: [{ ...message, tool_calls: [{ id: '1', function: { name: 'f' } }] }] })).toBe(
    'tool_call',
  )
})

test('thoughts and parts without a type become parts of the conventions', () => {
  const outputs = [
    { role: 'assistant', content: 'a', reasoning_content: 'Hm.' },
    { role: 'model', parts: [{ text: 'b' }] },
    { role: 'assistant', parts: [text('c')] },
  ]
  const sent = json(exportedAttributes(call({ outputs }), OTHER)['gen_ai.output.messages'])
  expect(sent).toMatchObject([
    { parts: [{ type: 'reasoning', content: 'Hm.' }, text('a')] },
    { parts: [text('b')] },
    { parts: [text('c')] },
  ])
})

test('names that were renamed are the ones of today, and the former ones stand beside them on request', () => {
  const usage = { inputTokens: 9, outputTokens: 3, totalTokens: 12, cacheCreationInputTokens: 2 }
  const attributes = {
    'gen_ai.request.reasoning.level': 'low',
    'gen_ai.request.previous_response.id': 'resp_1',
  }
  const today = {
    ...attributes,
    'gen_ai.provider.name': 'openai',
    'gen_ai.usage.cache_write.input_tokens': 2,
  }
  const former = {
    'gen_ai.system': 'openai',
    'gen_ai.usage.cache_creation.input_tokens': 2,
    'gen_ai.usage.prompt_tokens': 9,
    'gen_ai.usage.completion_tokens': 3,
    'gen_ai.request.reasoning_effort': 'low',
    'openai.request.previous_response_id': 'resp_1',
  }
  const span = call({ usage, provider: 'openai' }, { attributes })
  const sent = exportedAttributes(span, OTHER)
  expect(sent).toMatchObject(today)
  for (const key of Object.keys(former)) expect(sent).not.toHaveProperty([key])
  expect(exportedAttributes(span, FORMER)).toMatchObject({ ...today, ...former })
})
