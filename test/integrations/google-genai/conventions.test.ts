import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuiltApp } from '../../support/built.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { runProbes, spansByProbe } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { startProvider } from '../../support/provider/server.ts'
import { fixture, programs } from './matrix.ts'

let app: BuiltApp
beforeAll(async () => {
  app = await fixtureApp(fixture('genai-3'), programs)
})
afterAll(() => app.remove())

test('other receivers than MLflow get messages in the parts of the GenAI conventions', async () => {
  await using provider = await startProvider()
  await using collector = await startOtlpHttp()
  const only = ['content-conversation', 'content-parameters', 'stream-thoughts']
  const run = { app, provider, library: '@google/genai', node: 20, modules: 'esm', only } as const
  await runProbes({ ...run, init: { contentKeys: 'gen_ai' } }, collector)
  const told = [...spansByProbe(collector.spans())].map(([probe, [span]]) => {
    const { attributes = {} } = span ?? {}
    expect(attributes).not.toHaveProperty('mlflow.spanInputs')
    expect(attributes).not.toHaveProperty('mlflow.spanOutputs')
    const messages = (side: string): unknown => JSON.parse(String(attributes[`gen_ai.${side}.messages`]))
    const instructions = attributes['gen_ai.system_instructions']
    const told = instructions === undefined ? [] : (JSON.parse(String(instructions)) as unknown)
    return [probe, { told, asked: messages('input'), answered: messages('output') }]
  })
  expect(Object.fromEntries(told)).toMatchObject(EXPECTED)
})

const text = (content: string): object => ({ type: 'text', content })
const of = (role: string, ...parts: object[]): object => ({ role, parts })

const call = { type: 'tool_call', name: 'get_weather', arguments: { city: 'Paris' } }

const EXPECTED = {
  'content-parameters': {
    told: [text('Be kind.')],
    asked: [of('user', text('Hi!'))],
    answered: [of('assistant', { ...call, id: 'call_weather_1' })],
  },
  'content-conversation': {
    asked: [
      of('user', text('Weather in Paris?')),
      of('assistant', call),
      of('user', { type: 'tool_call_response', response: { output: 'sunny' } }),
      of('user', { type: 'inline_data' }, text('And this?')),
    ],
    answered: [of('assistant', text('Hello! How can I help you today?'))],
  },
  'stream-thoughts': {
    answered: [of('assistant', { type: 'reasoning', content: 'The user greets me.' }, text('Hello!'))],
  },
}
