import { describe, expect, test } from 'vitest'
import type { Captured } from '../../../src/span/capture/captured.ts'
import type { AgentData, EndedSpan } from '../../../src/span/ended-span.ts'
import {
  type ExportOptions,
  exportedAttributes,
  wireStatus,
} from '../../../src/span/semconv/span-attributes.ts'
import { snapshotOf } from '../../../src/span/snapshot/snapshot.ts'
import { setEntry } from '../../../src/span/trace-record.ts'
import { endedSpan } from '../../export/ended-span.ts'

const MLFLOW: ExportOptions = { contentKeys: 'mlflow', legacySemconv: false, mlflow: true }
const OTHER: ExportOptions = { contentKeys: 'gen_ai', legacySemconv: false, mlflow: false }

type Said = Partial<Omit<AgentData, 'inputs' | 'outputs'>> & { inputs?: Captured; outputs?: Captured }

function own({ inputs, outputs, ...said }: Said, given: Partial<EndedSpan> = {}): EndedSpan {
  const content = {
    ...(inputs !== undefined && { inputs: snapshotOf(inputs) }),
    ...(outputs !== undefined && { outputs: snapshotOf(outputs) }),
  }
  return endedSpan({ agent: { spanType: 'UNKNOWN', jsonKeys: new Set(), ...said, ...content }, ...given })
}

const messages = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: [{ type: 'text', text: 'hi' }] },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
  },
  { role: 'tool', tool_call_id: 'c1', content: '42' },
]

describe('the type of a span', () => {
  test.each([
    [{ 'gen_ai.operation.name': 'execute_tool' }, 'TOOL'],
    [{ 'gen_ai.operation.name': 'invoke_agent' }, 'AGENT'],
    [{ 'openinference.span.kind': 'RETRIEVER' }, 'RETRIEVER'],
    [{ 'traceloop.span.kind': 'workflow' }, 'WORKFLOW'],
    [{ 'ai.operationId': 'ai.generateText.doGenerate' }, 'LLM'],
    [{ 'ai.operationId': 'ai.toolCall' }, 'TOOL'],
    [{ 'mlflow.spanType': 'PARSER', 'gen_ai.operation.name': 'chat' }, 'PARSER'],
    [{ 'http.request.method': 'GET' }, 'UNKNOWN'],
    [{ 'gen_ai.operation.name': 'constructor' }, 'UNKNOWN'],
  ])('of another library is derived from %j', (attributes, type) => {
    expect(exportedAttributes(endedSpan({ attributes }), MLFLOW)['mlflow.spanType']).toBe(type)
  })

  test('of our own travels as plain text with the operation that the conventions have for it', () => {
    expect(exportedAttributes(own({ spanType: 'CHAT_MODEL' }), MLFLOW)).toMatchObject({
      'mlflow.spanType': 'CHAT_MODEL',
      'gen_ai.operation.name': 'chat',
    })
  })
})

describe('content', () => {
  test('goes to MLflow as native values, text that looks like JSON with a layer more', () => {
    expect(exportedAttributes(own({ inputs: { a: [1, null] }, outputs: '{"a":1}' }), MLFLOW)).toMatchObject({
      'mlflow.spanInputs': { a: [1, null] },
      'mlflow.spanOutputs': '"{\\"a\\":1}"',
    })
    expect(exportedAttributes(own({ outputs: 'plain' }), MLFLOW)['mlflow.spanOutputs']).toBe('plain')
  })

  test('goes elsewhere as messages of parts where the conventions have a key for it', () => {
    const sent = exportedAttributes(own({ spanType: 'LLM', inputs: { messages }, outputs: 'done' }), OTHER)
    expect(JSON.parse(String(sent['gen_ai.input.messages']))).toEqual([
      { role: 'system', parts: [{ type: 'text', content: 'be brief' }] },
      { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'f', arguments: { a: 1 } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: '42' }] },
    ])
    expect(JSON.parse(String(sent['gen_ai.output.messages']))).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'done' }], finish_reason: 'stop' },
    ])
    expect(Object.keys(sent)).not.toContain('mlflow.spanInputs')
  })

  test("goes elsewhere in MLflow's keys where the conventions have none", () => {
    const sent = exportedAttributes(
      own({ spanType: 'RETRIEVER', inputs: { query: 'x' }, outputs: [1] }),
      OTHER,
    )
    expect(sent).toMatchObject({ 'mlflow.spanInputs': { query: 'x' }, 'mlflow.spanOutputs': [1] })
    const mixed = exportedAttributes(
      own({ spanType: 'LLM', inputs: { temperature: 1 }, outputs: 'y' }),
      OTHER,
    )
    expect(mixed).toMatchObject({ 'mlflow.spanInputs': { temperature: 1 } })
    expect(mixed['gen_ai.output.messages']).toBeDefined()
    expect(mixed['mlflow.spanOutputs']).toBeUndefined()
  })

  test('of a chat completion and of an Anthropic message is understood', () => {
    const choices = [{ message: { role: 'assistant', content: 'a' }, finish_reason: 'length' }]
    const openai = exportedAttributes(own({ spanType: 'LLM', outputs: { id: 'x', choices } }), OTHER)
    expect(JSON.parse(String(openai['gen_ai.output.messages']))).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'a' }], finish_reason: 'length' },
    ])
    const content = [
      { type: 'thinking', thinking: 'hm' },
      { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
    ]
    const anthropic = exportedAttributes(
      own({ spanType: 'LLM', outputs: { role: 'assistant', content } }),
      OTHER,
    )
    expect(JSON.parse(String(anthropic['gen_ai.output.messages']))).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'tool_call', id: 't', name: 'f', arguments: { a: 1 } },
        ],
        finish_reason: 'tool_call',
      },
    ])
  })

  test('has the former names beside it when they are asked for', () => {
    const sent = exportedAttributes(own({ spanType: 'TOOL', inputs: { a: 1 }, outputs: 2 }), {
      ...OTHER,
      legacySemconv: true,
    })
    expect(sent).toMatchObject({
      'gen_ai.tool.call.arguments': '{"a":1}',
      'gen_ai.tool.arguments': '{"a":1}',
      'gen_ai.tool.result': '2',
    })
  })
})

test('content stands in both vocabularies where both are asked for, and for what was set as an attribute never', () => {
  const both: ExportOptions = { ...OTHER, contentKeys: 'both' }
  const said = { spanType: 'TOOL', inputs: { a: ['"'] }, outputs: 'done' }
  expect(exportedAttributes(own(said), both)).toMatchObject({
    'gen_ai.tool.call.arguments': '{"a":["\\""]}',
    'gen_ai.tool.call.result': '"done"',
    'mlflow.spanInputs': { a: ['"'] },
    'mlflow.spanOutputs': 'done',
  })
  const attributes = { 'gen_ai.tool.call.arguments': 'mine', 'mlflow.spanOutputs': 'mine too' }
  expect(exportedAttributes(own(said, { attributes }), both)).toMatchObject({
    ...attributes,
    'gen_ai.tool.call.result': '"done"',
    'mlflow.spanInputs': { a: ['"'] },
  })
})

test('token usage for MLflow has every count that MLflow knows, and no other', () => {
  const usage = {
    inputTokens: 9,
    outputTokens: 3,
    totalTokens: 12,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 2,
    cacheCreation1hInputTokens: 1,
    reasoningTokens: 2,
  }
  const sent = exportedAttributes(own({ usage }), MLFLOW)['mlflow.chat.tokenUsage']
  expect(JSON.parse(String(sent))).toEqual({
    input_tokens: 9,
    output_tokens: 3,
    total_tokens: 12,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 2,
    cache_creation_input_tokens_above_1hr: 1,
  })
})

describe('tokens and model', () => {
  test('stand in both vocabularies, the three base counts always', () => {
    const usage = {
      inputTokens: 9,
      outputTokens: 3,
      totalTokens: 12,
      cacheReadInputTokens: 4,
      reasoningTokens: 2,
    }
    expect(exportedAttributes(own({ usage, model: 'gpt-5', provider: 'openai' }), MLFLOW)).toMatchObject({
      'mlflow.chat.tokenUsage':
        '{"input_tokens":9,"output_tokens":3,"total_tokens":12,"cache_read_input_tokens":4}',
      'gen_ai.usage.input_tokens': 9,
      'gen_ai.usage.output_tokens': 3,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.reasoning.output_tokens': 2,
      'mlflow.llm.model': 'gpt-5',
      'gen_ai.request.model': 'gpt-5',
      'mlflow.llm.provider': 'openai',
      'gen_ai.provider.name': 'openai',
    })
  })
})

describe('what an agent only sums up', () => {
  const usage = { inputTokens: 9, outputTokens: 3, totalTokens: 12, cacheReadInputTokens: 4 }
  const agent = { spanType: 'AGENT', usage, isSum: true, model: 'gpt-5', provider: 'openai' }
  const added = /^gen_ai\.usage\./

  test('goes to MLflow under its own name, without a model that would price it again', () => {
    const sent = exportedAttributes(own(agent, { attributes: { 'gen_ai.request.model': 'gpt-5' } }), {
      ...MLFLOW,
      legacySemconv: true,
    })
    expect(sent['mlflow.chat.tokenUsage']).toContain('"total_tokens":12')
    expect(sent['gen_ai.provider.name']).toBe('openai')
    expect(Object.keys(sent).filter((key) => added.test(key) || /model/.test(key))).toEqual([])
  })

  test('goes elsewhere under a name that nobody adds up', () => {
    const elsewhere = { ...MLFLOW, contentKeys: 'gen_ai', mlflow: false, legacySemconv: true } as const
    const sent = exportedAttributes(own(agent), elsewhere)
    expect(sent).toMatchObject({
      'gen_ai.request.model': 'gpt-5',
      'turnspan.usage.input_tokens': 9,
      'turnspan.usage.output_tokens': 3,
      'turnspan.usage.cache_read.input_tokens': 4,
    })
    expect(Object.keys(sent).filter((key) => added.test(key) || /tokenUsage/.test(key))).toEqual([])
  })
})

describe('one attribute that would lose the whole request', () => {
  test.each([
    ['mlflow.spanType', ['a', 'b'], undefined],
    ['mlflow.spanType', ['TOOL'], 'TOOL'],
    ['gen_ai.operation.name', 7, '7'],
    ['openinference.span.kind', '["TOOL"]', `'["TOOL"]'`],
    [
      'mlflow.chat.tokenUsage',
      '{"input_tokens":null,"output_tokens":"3"}',
      '{"output_tokens":3,"input_tokens":0,"total_tokens":0}',
    ],
    ['mlflow.chat.tokenUsage', 'nonsense', undefined],
    ['mlflow.llm.cost', '{"input_cost":"x"}', '{"input_cost":0,"output_cost":0,"total_cost":0}'],
    ['gen_ai.usage.input_tokens', '12', 12],
    ['gen_ai.usage.input_tokens', 'many', undefined],
    ['session.id', 's'.repeat(300), 's'.repeat(250)],
    ['any', Number.NaN, 'NaN'],
    [
      'gen_ai.input.messages',
      '['.repeat(60) + ']'.repeat(60),
      JSON.stringify('['.repeat(60) + ']'.repeat(60)),
    ],
    ['gen_ai.input.messages', '{"n":12345678901234567890}', '"{\\"n\\":12345678901234567890}"'],
  ])('%s = %j is put right or left out', (key, value, expected) => {
    const sent = exportedAttributes(endedSpan({ attributes: { [key]: value } }), MLFLOW)
    expect(sent[key] ?? undefined).toEqual(
      key === 'mlflow.spanType' && expected === undefined ? 'UNKNOWN' : expected,
    )
  })
})

test('names of built-in properties are names like any other', () => {
  const span = own({ spanType: 'toString' }, { attributes: { constructor: 'x' } })
  expect(exportedAttributes(span, MLFLOW)).toMatchObject({ 'mlflow.spanType': 'toString', constructor: 'x' })
  expect(Object.keys(exportedAttributes(span, MLFLOW))).not.toContain('gen_ai.operation.name')
})

test('plain text of our own attributes stays text in MLflow, objects arrive as objects', () => {
  const attributes = { note: '[1]', config: '{"a":1}', plain: 'x' }
  const span = own({ jsonKeys: new Set(['config']) }, { attributes })
  expect(exportedAttributes(span, MLFLOW)).toMatchObject({ note: '"[1]"', config: '{"a":1}', plain: 'x' })
  expect(exportedAttributes(span, OTHER)).toMatchObject(attributes)
})

test('the local root carries name and tags of the trace, every span its user and session', () => {
  const root = own({}, { name: 'turn' })
  setEntry(root.trace, 'tags', 'domain', 'travel')
  setEntry(root.trace, 'tags', 'json', '{"a":1}')
  root.trace.userId = 'u'
  root.trace.sessionId = 's'
  expect(exportedAttributes(root, MLFLOW)).toMatchObject({
    'mlflow.traceTag.mlflow.traceName': 'turn',
    'mlflow.traceTag.domain': 'travel',
    'mlflow.traceTag.json': '"{\\"a\\":1}"',
    'user.id': 'u',
    'session.id': 's',
  })
  const child = exportedAttributes(own({}, { parentSpanId: 'b'.repeat(16), trace: root.trace }), MLFLOW)
  expect(child).toMatchObject({ 'user.id': 'u', 'session.id': 's' })
  expect(Object.keys(child).filter((key) => key.startsWith('mlflow.traceTag'))).toEqual([])
})

test('the state of the trace is the status of its local root', () => {
  const root = own({}, { status: { code: 1 } })
  root.trace.state = 'ERROR'
  expect(wireStatus(root, OTHER)).toEqual({ code: 2 })
  const child = own({}, { parentSpanId: 'b'.repeat(16), trace: root.trace, status: { code: 1 } })
  expect(wireStatus(child, OTHER)).toEqual({ code: 1 })
})

test('a span of another library without a status counts as a success in MLflow only', () => {
  expect(wireStatus(endedSpan({ status: { code: 0 } }), MLFLOW)).toEqual({ code: 1 })
  expect(wireStatus(endedSpan({ status: { code: 0 } }), OTHER)).toEqual({ code: 0 })
})

test.each(['[9223372036854775808]', '{"a":1}', '"quoted"'])(
  'a model that is called %s stays a text',
  (model) => {
    const span = own({}, { agent: { spanType: 'LLM', jsonKeys: new Set(), model, provider: model } })
    for (const mlflow of [true, false]) {
      const sent = exportedAttributes(span, { contentKeys: 'both', legacySemconv: false, mlflow })
      for (const key of [
        'mlflow.llm.model',
        'gen_ai.request.model',
        'mlflow.llm.provider',
        'gen_ai.provider.name',
      ]) {
        expect(sent[key]).toBe(`'${model}'`)
      }
    }
  },
)
