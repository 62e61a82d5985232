import { expect } from 'vitest'
import type { DecodedSpan } from '../../support/decoded-span.ts'

type Of = (probe: string) => readonly DecodedSpan[]

/** What the spans of some probes say beside their names, types and tokens. */
export function expectAttributes(of: Of): void {
  const named = (probe: string, name: string): DecodedSpan => {
    const found = of(probe).find((span) => span.name === name)
    if (found === undefined) throw new Error(`${probe} has no span ${name}`)
    return found
  }
  expectPlaces(of)
  expectFailures(named)
  expectStreams(named)
  expect(named('tool', 'get_weather').attributes).toMatchObject({
    'gen_ai.tool.call.id': 'call_weather_1',
    'mlflow.spanInputs': { city: 'Paris' },
    'mlflow.spanOutputs': { sky: 'sunny in Paris' },
  })
  expect(named('transfer', 'handoff:refunds').attributes).toMatchObject({
    'google_adk.transfer.from': 'triage',
    'google_adk.transfer.to': 'refunds',
  })
  expect(named('transfer', 'agent:refunds').attributes).toMatchObject({
    'google_adk.agent.parent': 'triage',
    'mlflow.spanOutputs': answer('Your refund is on its way.'),
  })
  expect(named('settings', 'call_llm').attributes).toMatchObject({
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.max_tokens': 50,
    'gen_ai.provider.name': 'gcp.gemini',
  })
  expect(named('own-agent', 'agent:own').attributes['mlflow.spanOutputs']).toMatchObject(answer('By hand.'))
}

const answer = (content: string): object => ({ choices: [{ message: { content } }] })

/** Session and user are on every span of agents and runs. */
function expectPlaces(of: Of): void {
  for (const probe of ['hello', 'transfer', 'stream', 'own-agent']) {
    const places = of(probe).filter(({ name }) => /^(?:invocation$|agent:)/.test(name))
    expect(places.length).toBeGreaterThan(1)
    for (const { attributes } of places)
      expect(attributes).toMatchObject({ 'session.id': 's-1', 'user.id': 'u-1' })
  }
}

function expectFailures(named: (probe: string, name: string) => DecodedSpan): void {
  const failed = named('tool-fails', 'get_weather')
  expect(failed.status.message).toContain('no such city')
  expect(failed.attributes).toMatchObject({ 'error.type': 'Error', 'mlflow.spanInputs': { city: 'Paris' } })
  expect(failed.events?.map(({ name }) => name)).toEqual(['exception'])
  expect(named('error', 'call_llm').status.message).toContain('Scripted error 400')
  expect(named('own-model-fails', 'call_llm')).toMatchObject({
    status: { code: 'ERROR', message: 'TypeError: own failure' },
    attributes: { 'error.type': 'TypeError' },
  })
  expect(named('own-agent-fails', 'invocation').status.message).toBe('TypeError: own failure')
  expect(named('no-session', 'invocation').status.message).toBe('Error: Session not found: none')
  expect(named('plugin-fails', 'invocation').status.message).toContain('plugin failure')
}

function expectStreams(named: (probe: string, name: string) => DecodedSpan): void {
  expect(named('stream', 'call_llm').attributes).toMatchObject({
    'gen_ai.response.time_to_first_chunk': expect.any(Number),
    'mlflow.spanOutputs': answer('Hello! How can I help you today?'),
  })
  const asking = named('stream-tool', 'call_llm').attributes['mlflow.spanOutputs']
  expect(asking).toMatchObject({ choices: [{ message: { tool_calls: [{ id: 'call_weather_1' }] } }] })
  for (const [probe, how] of [
    ['stream-left', 'stopped'],
    ['stream-aborted', 'aborted'],
  ] as const) {
    for (const name of ['invocation', 'agent:assistant', 'call_llm'])
      expect([probe, name, named(probe, name).attributes['turnspan.call.end']]).toEqual([probe, name, how])
  }
  expect(named('stream-left', 'call_llm').attributes['mlflow.spanOutputs']).toMatchObject(
    answer('word0 word1 word2'),
  )
}
