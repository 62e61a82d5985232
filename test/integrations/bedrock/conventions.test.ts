import { expect, test } from 'vitest'
import { startOtlpHttp } from '../../support/collector.ts'
import { runProbes, spansByProbe } from '../../support/differential.ts'
import { fixtureApp } from '../../support/integrations.ts'
import { startProvider } from '../../support/provider/server.ts'
import { fixture, library, programs } from './matrix.ts'

test('other receivers than MLflow get messages in the parts of the GenAI conventions', async () => {
  await using app = await fixtureApp(fixture('bedrock-3'), programs)
  await using provider = await startProvider()
  await using collector = await startOtlpHttp()
  const only = [
    'converse-conversation',
    'converse-parameters',
    'stream-reasoning',
    'invoke-command-r',
    'agent',
  ]
  const run = { app, provider, library, node: 20, modules: 'esm', only } as const
  await runProbes({ ...run, init: { contentKeys: 'gen_ai' } }, collector)
  const told = [...spansByProbe(collector.spans())].map(([probe, [span]]) => {
    const { attributes = {} } = span ?? {}
    expect(attributes).not.toHaveProperty('mlflow.spanInputs')
    expect(attributes).not.toHaveProperty('mlflow.spanOutputs')
    const messages = (side: string): unknown => JSON.parse(String(attributes[`gen_ai.${side}.messages`]))
    return [probe, { asked: messages('input'), answered: messages('output') }]
  })
  expect(Object.fromEntries(told)).toMatchObject(EXPECTED)
})

const text = (content: string): object => ({ type: 'text', content })
const of = (role: string, ...parts: object[]): object => ({ role, parts })
const call = { type: 'tool_call', name: 'get_weather', arguments: { city: 'Paris' } }
const HELLO = 'Hello! How can I help you today?'

const EXPECTED = {
  'converse-parameters': {
    asked: [of('user', text('Hi!'))],
    answered: [of('assistant', { ...call, id: 'call_weather_1' })],
  },
  'converse-conversation': {
    asked: [
      of(
        'user',
        text('Weather in Paris?'),
        text('[image: png, 3 bytes]'),
        text('[document: txt, notes, 1 bytes]'),
      ),
      of('assistant', { type: 'reasoning', content: 'I think.' }, { ...call, id: 'call_1' }),
      of('user', { type: 'tool_call_response', id: 'call_1' }),
    ],
    answered: [of('assistant', text(HELLO))],
  },
  'stream-reasoning': {
    answered: [of('assistant', { type: 'reasoning', content: 'The user greets me.' }, text('Hello!'))],
  },
  'invoke-command-r': {
    asked: [
      of('system', text('Be kind.')),
      of('user', text('Hello?')),
      of('assistant', text('Hello.')),
      of('user', text('Hi!')),
    ],
    answered: [of('assistant', text(HELLO))],
  },
  agent: { asked: [of('user', text('Weather in Paris?'))], answered: [of('assistant', text(HELLO))] },
}
