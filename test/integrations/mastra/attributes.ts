import { expect } from 'vitest'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import type { MastraSet } from './matrix.ts'

/** What the spans of some probes say beside their names, types and tokens. */
export function expectAttributes(set: MastraSet, spansOf: (probe: string) => readonly DecodedSpan[]): void {
  const named = (probe: string, name: string): readonly DecodedSpan[] => {
    const found = spansOf(probe).filter((span) => span.name === name)
    expect([probe, found.length]).not.toEqual([probe, 0])
    return found
  }
  const facts = (probe: string, name: string): DecodedSpan['attributes'] =>
    named(probe, name)[0]?.attributes ?? {}

  for (const { attributes } of spansOf('tool').filter(({ name }) => name !== 'inside')) {
    expect(attributes).toMatchObject({ 'session.id': 's-1', 'user.id': 'u-1' })
  }
  expect(facts('hello', 'agent:assistant')).toMatchObject({
    'gen_ai.agent.name': 'assistant',
    'gen_ai.conversation.id': 's-1',
    'mlflow.spanInputs': 'How is the weather?',
  })
  expectCalls(set, named('tool', 'chat gpt-4o'))
  expect(facts('tool', 'get_weather')).toMatchObject({
    'mlflow.spanInputs': { city: 'Paris' },
    'mlflow.spanOutputs': { sky: 'sunny' },
  })
  expectFailures(set, named)
  if (set !== 'mastra') return
  expect(facts('tool', 'get_weather')['gen_ai.tool.call.id']).toBe('call_weather_1')
  for (const { attributes } of spansOf('hidden')) {
    expect(attributes).not.toHaveProperty(['mlflow.spanInputs'])
    expect(attributes).not.toHaveProperty(['mlflow.spanOutputs'])
  }
}

function expectCalls(set: MastraSet, calls: readonly DecodedSpan[]): void {
  const [first, last] = calls
  expect(first?.kind).toBe('CLIENT')
  expect(first?.attributes).toMatchObject({
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.temperature': 0.5,
    'gen_ai.response.finish_reasons': ['tool_calls'],
    'mlflow.message.format': 'openai',
    'mlflow.spanInputs': {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'How is the weather?' },
      ],
    },
    'mlflow.spanOutputs': {
      choices: [{ message: { tool_calls: [{ id: 'call_weather_1', function: { name: 'get_weather' } }] } }],
    },
  })
  // Each ends before its step's tools begin, and lasts longer than nothing.
  expect(Number((first?.endTimeUnixNano ?? 0n) - (first?.startTimeUnixNano ?? 0n))).toBeGreaterThan(0)
  expect(first?.endTimeUnixNano).toBeLessThanOrEqual(last?.startTimeUnixNano ?? 0n)
  expect(last?.attributes['mlflow.spanOutputs']).toMatchObject({
    choices: [{ message: { content: 'It is sunny in Paris, 21 degrees.' }, finish_reason: 'stop' }],
  })
  const answered = { role: 'tool', tool_call_id: 'call_weather_1', content: '{"sky":"sunny"}' }
  const asked = { role: 'assistant', tool_calls: [{ id: 'call_weather_1' }] }
  // The first version with bridges shows the messages of the first step only.
  if (set !== 'mastra-1.0') {
    expect(last?.attributes['mlflow.spanInputs']).toMatchObject({ messages: [{}, {}, asked, answered] })
  }
}

function expectFailures(
  set: MastraSet,
  named: (probe: string, name: string) => readonly DecodedSpan[],
): void {
  const [tool] = named('tool-fails', 'get_weather')
  expect(tool?.status.message).toContain('no such city')
  expect(tool?.events.map(({ name }) => name)).toEqual(['exception'])
  const [agent] = named('error', 'agent:assistant')
  // The first version with bridges tells nobody why.
  if (set !== 'mastra-1.0') expect(agent?.status.message).toContain('Invalid value')
  expect(named('error', 'chat gpt-4o')[0]?.attributes['error.type']).toBe('model_error')
}
