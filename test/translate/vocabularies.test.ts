import { describe, expect, test } from 'vitest'
import { type Given, translated } from './spans.ts'

const operation = (name: string): Given => ({ attributes: { 'gen_ai.operation.name': name } })
const own = (key: string, value: string): Given => ({ attributes: { [key]: value } })

const TYPES: readonly (readonly [string, Given, string])[] = [
  ['chat', operation('chat'), 'CHAT_MODEL'],
  ['realtime_inference', operation('realtime_inference'), 'CHAT_MODEL'],
  ['embeddings', operation('embeddings'), 'EMBEDDING'],
  ['retrieval', operation('retrieval'), 'RETRIEVER'],
  ['execute_tool', operation('execute_tool'), 'TOOL'],
  ['create_agent', operation('create_agent'), 'AGENT'],
  ['invoke_agent', operation('invoke_agent'), 'AGENT'],
  ['invoke_workflow', operation('invoke_workflow'), 'WORKFLOW'],
  ['plan', operation('plan'), 'CHAIN'],
  ['search_memory', operation('search_memory'), 'MEMORY'],
  ['update_memory', operation('update_memory'), 'MEMORY'],
  ['delete_memory_store', operation('delete_memory_store'), 'MEMORY'],
  ['apply_guardrail', operation('apply_guardrail'), 'GUARDRAIL'],
  ['a tool without an operation', own('gen_ai.tool.name', 'look'), 'TOOL'],
  ['a model without an operation', own('gen_ai.request.model', 'gpt-5'), 'LLM'],
  ['an evaluator of OpenInference', own('openinference.span.kind', 'EVALUATOR'), 'JUDGE'],
  ['a task of OpenLLMetry', own('traceloop.span.kind', 'task'), 'TASK'],
  ['a completion of OpenLLMetry', own('llm.request.type', 'completion'), 'LLM'],
  ['a generation of Langfuse', own('langfuse.observation.type', 'generation'), 'CHAT_MODEL'],
  ['a tool of Laminar', own('lmnr.span.type', 'TOOL'), 'TOOL'],
  ['a tool of the AI SDK', own('ai.operationId', 'ai.toolCall'), 'TOOL'],
  ['a call of the AI SDK', own('ai.operationId', 'ai.streamText.doStream'), 'CHAT_MODEL'],
  ['a tool of LiveKit', { scope: 'livekit-agents', name: 'function_tool' }, 'TOOL'],
  ['a flow of Genkit', own('genkit:metadata:subtype', 'flow'), 'CHAIN'],
  ['a scorer of Mastra', own('mastra.span.type', 'scorer_run'), 'JUDGE'],
  ['merged tools of ADK', { scope: 'gcp.vertex.agent', name: 'execute_tool (merged)' }, 'CHAIN'],
]

test.each(TYPES)('%s has its type', (_what, given, type) => {
  expect(translated(given).type).toBe(type)
})

test.each<Given>([
  { attributes: { 'http.request.method': 'GET', input: 'x', 'span.type': 'tool' } },
  { scope: 'openai-fan-club' },
  { attributes: { 'mlflow.spanType': 'TOOL', 'gen_ai.operation.name': 'chat' } },
])('a span in no vocabulary, or in that of MLflow, stays as it was: %j', (given) => {
  const { span } = translated(given)
  expect(span.agent).toBeUndefined()
  expect(span).toMatchObject({ name: 'x', attributes: given.attributes ?? {} })
})

describe('messages', () => {
  const chat = {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"city":"Paris"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'Sunny.' },
    ],
  }
  const answer = {
    choices: [{ index: 0, message: { role: 'assistant', content: 'Sunny!' }, finish_reason: 'stop' }],
  }

  test('of the conventions, with instructions beside them and details in an event', () => {
    const given = {
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'Be brief.' }]),
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'Hi' }] },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'c1', name: 'look', arguments: { city: 'Paris' } }],
        },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'Sunny.' }] },
      ]),
      'gen_ai.output.messages': JSON.stringify([
        { role: 'assistant', parts: [{ type: 'text', content: 'Sunny!' }], finish_reason: 'stop' },
      ]),
    }
    const said = { 'gen_ai.operation.name': 'chat' }
    expect(translated({ attributes: { ...said, ...given } })).toMatchObject({ inputs: chat, outputs: answer })
    const name = 'gen_ai.client.inference.operation.details'
    const lifted = translated({ attributes: said, events: [{ name, attributes: given }] })
    expect(lifted).toMatchObject({ inputs: chat, outputs: answer, span: { events: [] } })
  })

  test('in events, as the former conventions have them', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"city":"Paris"}' } }
    const lifted = translated({
      attributes: { 'gen_ai.operation.name': 'chat' },
      events: [
        { name: 'gen_ai.system.message', attributes: { content: 'Be brief.' } },
        { name: 'gen_ai.user.message', attributes: { content: 'Hi' } },
        { name: 'gen_ai.assistant.message', attributes: { content: '', tool_calls: JSON.stringify([call]) } },
        { name: 'gen_ai.tool.message', attributes: { content: 'Sunny.', id: 'c1' } },
        {
          name: 'gen_ai.choice',
          attributes: {
            finish_reason: 'stop',
            message: JSON.stringify({ role: 'assistant', content: 'Sunny!' }),
          },
        },
        { name: 'another', attributes: {} },
      ],
    })
    expect(lifted).toMatchObject({ inputs: chat, outputs: answer })
    expect(lifted.span.events.map(({ name }) => name)).toStrictEqual(['another'])
  })

  test('of OpenLLMetry, in attributes of their own', () => {
    const { inputs, outputs, span } = translated({
      attributes: {
        'llm.request.type': 'chat',
        'gen_ai.prompt.0.role': 'system',
        'gen_ai.prompt.0.content': 'Be brief.',
        'gen_ai.prompt.1.role': 'user',
        'gen_ai.prompt.1.content': 'Hi',
        'gen_ai.prompt.2.role': 'assistant',
        'gen_ai.prompt.2.tool_calls.0.id': 'c1',
        'gen_ai.prompt.2.tool_calls.0.name': 'look',
        'gen_ai.prompt.2.tool_calls.0.arguments': '{"city":"Paris"}',
        'gen_ai.prompt.3.role': 'tool',
        'gen_ai.prompt.3.tool_call_id': 'c1',
        'gen_ai.prompt.3.content': 'Sunny.',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.content': 'Sunny!',
        'gen_ai.completion.0.finish_reason': 'stop',
        'llm.request.functions.0.name': 'look',
        'llm.request.functions.0.parameters': '{"type":"object"}',
      },
    })
    expect({ inputs, outputs }).toEqual({ inputs: chat, outputs: answer })
    expect(JSON.parse(String(span.attributes['mlflow.chat.tools']))).toEqual([
      { type: 'function', function: { name: 'look', parameters: { type: 'object' } } },
    ])
  })

  test('of the AI SDK, with the calls of tools that stand beside the answer', () => {
    const { inputs, outputs } = translated({
      attributes: {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.prompt.messages': JSON.stringify([
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          {
            role: 'assistant',
            content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { city: 'Paris' } }],
          },
          {
            role: 'tool',
            content: [
              {
                type: 'tool-result',
                toolCallId: 'c1',
                toolName: 'look',
                output: { type: 'text', value: 'Sunny.' },
              },
            ],
          },
        ]),
        'ai.response.toolCalls': JSON.stringify([
          { toolCallId: 'c2', toolName: 'look', input: { city: 'Rome' } },
        ]),
        'ai.response.finishReason': 'tool-calls',
      },
    })
    expect(inputs).toMatchObject(chat)
    expect(outputs).toMatchObject({
      choices: [{ message: { content: null, tool_calls: [{ id: 'c2', function: { name: 'look' } }] } }],
    })
  })

  test('with thoughts and images', () => {
    const { inputs, outputs } = translated({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.input.messages': JSON.stringify([
          {
            role: 'user',
            parts: [
              { type: 'text', content: 'What is it?' },
              { type: 'uri', modality: 'image', uri: 'https://img.example/a.png' },
              { type: 'blob', mime_type: 'image/png', content: 'A'.repeat(400) },
            ],
          },
        ]),
        'gen_ai.output.messages': JSON.stringify([
          {
            role: 'assistant',
            parts: [
              { type: 'reasoning', content: 'A cat?' },
              { type: 'text', content: 'A cat.' },
            ],
          },
        ]),
      },
    })
    expect(inputs).toEqual({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: 'https://img.example/a.png' } },
            { type: 'text', text: '[image/png 300 bytes]' },
          ],
        },
      ],
    })
    expect(outputs).toMatchObject({
      choices: [{ message: { content: 'A cat.', reasoning_content: 'A cat?' } }],
    })
  })

  test('that are none are shown as they are', () => {
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.input.messages': '[{"role":"poet"}]' }
    expect(translated({ attributes }).inputs).toEqual([{ role: 'poet' }])
    const cut = { 'gen_ai.operation.name': 'chat', 'gen_ai.input.messages': '[{"role":"user","par… [cut]' }
    expect(translated({ attributes: cut }).inputs).toMatchObject({
      messages: [{ content: cut['gen_ai.input.messages'] }],
    })
  })
})

describe('tokens', () => {
  const usage = (attributes: Given['attributes'], kind = 2): object | undefined =>
    translated({ kind, attributes }).span.agent

  test('of the conventions, with what was cached and written', () => {
    const counts = {
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.cache_read.input_tokens': 60,
      'gen_ai.usage.cache_write.input_tokens': 20,
    }
    expect(usage({ 'gen_ai.operation.name': 'chat', ...counts })).toMatchObject({
      isSum: false,
      usage: {
        inputTokens: 100,
        outputTokens: 7,
        totalTokens: 107,
        cacheReadInputTokens: 60,
        cacheCreationInputTokens: 20,
      },
    })
  })

  test('that Anthropic counts beside its cache count with it', () => {
    const counts = {
      'gen_ai.usage.input_tokens': 6,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.cache_read.input_tokens': 1257,
      'gen_ai.usage.total_tokens': 13,
    }
    expect(usage({ 'gen_ai.operation.name': 'chat', ...counts })).toMatchObject({
      usage: { inputTokens: 1263, totalTokens: 1270 },
    })
  })

  test('of an agent in this process are a sum, of one elsewhere its own, and of nothing none', () => {
    const counts = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 10 }
    expect(usage(counts, 0)).toMatchObject({ isSum: true, usage: { inputTokens: 10 } })
    expect(translated({ attributes: counts }).span.attributes).not.toHaveProperty([
      'gen_ai.usage.input_tokens',
    ])
    expect(usage(counts, 2)).toMatchObject({ isSum: false, usage: { inputTokens: 10 } })
    expect(usage({ ...counts, 'gen_ai.usage.input_tokens': 0 }, 0)).toMatchObject({ usage: undefined })
  })

  test('that are no numbers do not count', () => {
    const counts = { 'gen_ai.usage.input_tokens': 'many', 'gen_ai.usage.output_tokens': 3 }
    expect(usage({ 'gen_ai.operation.name': 'chat', ...counts })).toMatchObject({
      usage: { outputTokens: 3 },
    })
  })
})

test('model and provider are those of the answer, and no library is a provider', () => {
  const strands = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'strands-agents',
    'gen_ai.request.model': 'a',
  }
  expect(translated({ attributes: strands }).span.agent).toMatchObject({ model: 'a', provider: undefined })
  const ai = { 'ai.operationId': 'ai.generateText.doGenerate', 'ai.model.provider': 'openai.responses' }
  const answered = { ...ai, 'ai.model.id': 'gpt-5', 'ai.response.model': 'gpt-5-2026' }
  expect(translated({ attributes: answered }).span.agent).toMatchObject({
    model: 'gpt-5-2026',
    provider: 'openai',
  })
})

test.each<readonly [Given, string | undefined]>([
  [
    { attributes: { 'gen_ai.operation.name': 'chat', 'error.type': 'timeout', 'error.message': 'late' } },
    'late',
  ],
  [{ attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.status': 'error' } }, undefined],
  [{ attributes: { 'genkit:type': 'action', 'genkit:state': 'error' } }, undefined],
  [
    {
      name: 'call_llm',
      scope: 'gcp.vertex.agent',
      attributes: {
        'gcp.vertex.agent.event_id': 'e',
        'gcp.vertex.agent.llm_response': '{"errorCode":"SAFETY","errorMessage":"Blocked."}',
      },
    },
    'Blocked.',
  ],
])('a failure that is told without a status is one: %j', (given, message) => {
  expect(translated(given).span.status).toEqual({ code: 2, message })
})

test('what was found is a list of documents', () => {
  const { outputs } = translated({
    attributes: {
      'openinference.span.kind': 'RETRIEVER',
      'input.value': 'rain',
      'retrieval.documents.0.document.id': 'd0',
      'retrieval.documents.0.document.content': 'It rains.',
      'retrieval.documents.1.document.content': 'It does not.',
    },
  })
  expect(outputs).toEqual([{ id: 'd0', content: 'It rains.' }, { content: 'It does not.' }])
})
