import { expect } from 'vitest'
import { type ChatTab, chatTab } from '../../support/chat-tab.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import type { Way } from '../../support/integrations.ts'

/** The spans of a probe in the order of their starts. */
export type SpansOf = (probe: string) => readonly DecodedSpan[]

type One = (probe: string, name: string, index?: number) => DecodedSpan

const CHAT = 'chat gpt-4o'
const ROOT = 'agent:Assistant'

/** Checks what the spans of the probes carry. */
export function expectAttributes(set: Way['set'], spansOf: SpansOf): void {
  const one: One = (probe, name, index = 0) => {
    const found = spansOf(probe).filter((span) => span.name === name)[index]
    if (found === undefined) throw new Error(`${probe} has no span ${name}`)
    return found
  }
  expectAgents(one)
  expectModels(one)
  expectTools(one)
  expectEnds(one)
  expectDiscretion(spansOf('discreet'))
  expectOthers(one)
  if (set === 'agents-0.20') expect(one('handoff', 'turn 2').attributes['openai_agents.turn']).toBe(2)
}

const usage = (span: DecodedSpan): unknown => JSON.parse(String(span.attributes['mlflow.chat.tokenUsage']))
const tokens = (input: number, output: number, more: object = {}): object => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...more,
})

function expectAgents(one: One): void {
  expect(one('tool', ROOT).attributes).toMatchObject({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'Assistant',
    'mlflow.spanInputs': 'Weather?',
    'mlflow.spanOutputs': 'It is sunny in Paris, 21 degrees.',
  })
  expect(usage(one('tool', ROOT))).toEqual(tokens(40, 20))
  // Three requests in all, two of them by the agent that the first one handed over to.
  expect(usage(one('handoff', 'agent:Triage'))).toEqual(tokens(60, 30))
  expect(usage(one('handoff', 'agent:Refunds'))).toEqual(tokens(40, 20))
  expect(one('handoff', 'agent:Refunds').attributes).toMatchObject({
    'openai_agents.agent.tools': ['get_weather'],
    'mlflow.spanOutputs': 'Your refund is on its way.',
  })
  expect(usage(one('agent-tool', ROOT))).toEqual(tokens(80, 40))
  expect(one('messages', ROOT).attributes['mlflow.spanInputs']).toMatchObject({
    input: [{ role: 'user', content: 'Hi!' }, { role: 'assistant' }, { role: 'user' }],
  })
  expect(one('runner', ROOT).attributes).toMatchObject({
    'openai_agents.workflow': 'Greetings',
    'openai_agents.metadata.tenant': 'acme',
    'session.id': 'group-1',
    'gen_ai.conversation.id': 'group-1',
  })
  expect(one('trace', 'Two questions').attributes['session.id']).toBe('group-2')
}

/** As MLflow shows it as a chat. */
const chatOf = ({ attributes }: DecodedSpan): ChatTab =>
  chatTab({
    inputs: attributes['mlflow.spanInputs'],
    outputs: attributes['mlflow.spanOutputs'],
    // As it arrives at MLflow, which reads JSON there.
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [
        key,
        key === 'mlflow.chat.tools' ? JSON.parse(String(value)) : value,
      ]),
    ),
  })

function expectModels(one: One): void {
  const asked = one('tool', CHAT, 1)
  expect(asked.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
    'gen_ai.response.id': 'resp_tool1',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 20,
    'gen_ai.usage.output_tokens': 10,
    'mlflow.message.format': 'openai',
    'mlflow.spanInputs': {
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'Weather?' },
        { type: 'function_call', name: 'get_weather' },
        { type: 'function_call_output', output: 'sunny in Paris' },
      ],
    },
  })
  expect(JSON.parse(String(asked.attributes['mlflow.chat.tools']))).toMatchObject([
    { type: 'function', function: { name: 'get_weather', parameters: { required: ['city'] } } },
  ])
  expect(chatOf(asked)).toEqual({
    messages: expect.arrayContaining(['user: Weather?', 'assistant: It is sunny in Paris, 21 degrees.']),
    tools: ['get_weather'],
  })
  expect(one('settings', CHAT).attributes).toMatchObject({
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.max_tokens': 99,
    'gen_ai.usage.reasoning.output_tokens': 15,
  })
  expect(usage(one('cached', CHAT))).toMatchObject(tokens(2048, 12, { cache_read_input_tokens: 1536 }))
  expect(one('retry', CHAT).events.filter(({ name }) => name === 'retry')).toHaveLength(2)
  expect(one('own-model', 'chat own-1').attributes).toMatchObject({
    'gen_ai.request.model': 'own-1',
    'gen_ai.usage.input_tokens': 7,
    'gen_ai.usage.output_tokens': 3,
    'mlflow.spanInputs': [{ role: 'user', content: 'Hi!' }],
    'mlflow.spanOutputs': { choices: [{ message: { content: 'Hello from my own.' } }] },
  })
  for (const probe of ['hello-chat', 'stream-chat']) {
    const chat = one(probe, CHAT, 0)
    expect(chat.attributes['gen_ai.response.id']).toMatch(/^chatcmpl-/)
    expect(chatOf(chat).messages[0]).toBe('system: Be brief.')
  }
}

function expectTools(one: One): void {
  expect(one('tool', 'get_weather').attributes).toMatchObject({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'get_weather',
    'gen_ai.tool.call.id': 'call_weather_1',
    'mlflow.spanInputs': { city: 'Paris' },
    'mlflow.spanOutputs': 'sunny in Paris',
  })
  // Side by side, each with its own call.
  expect(
    [0, 1].map((index) => one('tools', 'get_weather', index).attributes['gen_ai.tool.call.id']).sort(),
  ).toEqual(['call_weather_1', 'call_weather_2'])
  expect(one('tools', 'get_time').attributes['mlflow.spanOutputs']).toEqual({ zone: 'CET', hour: 12 })
  for (const probe of ['tool-fails', 'tool-fatal']) {
    expect(one(probe, 'get_weather').attributes['error.type']).toBe('tool_error')
  }
  expect(one('tool-works', 'inner').parentSpanId).toBe(one('tool-works', 'get_weather').spanId)
  expect(one('tool-asks', 'chat gpt-4o-mini').parentSpanId).toBe(one('tool-asks', 'get_weather').spanId)
}

function expectEnds(one: One): void {
  expect(one('error', ROOT).attributes['error.type']).toBe('BadRequestError')
  expect(one('error', CHAT).attributes['error.type']).toBe('BadRequestError')
  expect(one('loop', ROOT).attributes['error.type']).toBe('MaxTurnsExceededError')
  // Older versions name it after none of their classes.
  expect(one('tripwire', ROOT).attributes['error.type']).toMatch(/^(InputGuardrailTripwireTriggered|Error)$/)
  expect(one('tripwire', 'polite').attributes['openai_agents.guardrail.triggered']).toBe(true)
  expect(one('guardrails', 'polite').attributes['openai_agents.guardrail.triggered']).toBe(false)
  for (const probe of ['stream-text', 'stream-completed', 'stream-node']) {
    expect(one(probe, CHAT).attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
    expect(usage(one(probe, CHAT))).toEqual(tokens(20, 10))
    expect(one(probe, ROOT).attributes['mlflow.spanOutputs']).toBe('Hello! How can I help you today?')
  }
  for (const probe of ['stream-left', 'stream-aborted']) {
    expect(one(probe, ROOT).attributes['turnspan.call.end']).toBe('stopped')
    expect(one(probe, CHAT).attributes['turnspan.call.end']).toMatch(/^(stopped|aborted)$/)
  }
  // What came before the connection was cut.
  expect(JSON.stringify(one('stream-cut', CHAT).attributes['mlflow.spanOutputs'])).toContain('Hello')
  expect(one('trace-fails', 'Failing').attributes['error.type']).toBe('BadRequestError')
  expect(one('approval', ROOT).attributes).toMatchObject({ 'openai_agents.interruptions': 1 })
  expect(one('approval', ROOT, 1).attributes['mlflow.spanOutputs']).toBe('It is sunny in Paris, 21 degrees.')
}

/** The program has said that traces get no content; what is not content is there. */
function expectDiscretion(spans: readonly DecodedSpan[]): void {
  for (const { attributes } of spans) {
    expect(attributes).not.toHaveProperty('mlflow.spanInputs')
    expect(attributes).not.toHaveProperty('mlflow.spanOutputs')
    expect(attributes).not.toHaveProperty('mlflow.chat.tools')
  }
  expect(spans.filter(({ name }) => name === CHAT).map(usage)).toEqual([tokens(20, 10), tokens(20, 10)])
}

function expectOthers(one: One): void {
  expect(one('mcp', 'tools/list shelf').attributes).toMatchObject({
    'openai_agents.mcp.server': 'shelf',
    'openai_agents.mcp.tools': ['lookup'],
  })
  expect(one('mcp', 'lookup').attributes['mlflow.spanInputs']).toEqual({ key: 'a' })
  expect(one('custom-span', 'prepare').attributes['mlflow.spanOutputs']).toEqual({ step: 1 })
  expect(one('handoff', 'handoff:Refunds').attributes).toMatchObject({
    'openai_agents.handoff.from': 'Triage',
    'openai_agents.handoff.to': 'Refunds',
  })
}
