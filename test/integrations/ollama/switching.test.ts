import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { instrumentOllama, type Uninstrument } from '../../../src/integrations/ollama/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture } from './matrix.ts'

// What the client's objects take and give is their business.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

let provider: Provider
let sdk: Anything
beforeAll(async () => {
  provider = await startProvider()
  const require = createRequire(join(await fixtureModules(fixture('ollama-0.6')), 'program.cjs'))
  sdk = require('ollama')
})
afterAll(() => provider.stop())

let traces: CapturedTraces
let undo: Uninstrument | undefined
beforeEach(() => {
  traces = captureTraces({ instrumentations: false })
})
afterEach(() => {
  undo?.()
  undo = undefined
  traces.stop()
})

let runs = 0
const clientOf = (script = 'hello'): Anything =>
  new sdk.Ollama({ host: provider.address(script, `switching${runs++}`) })
const hi = (): object => ({ model: 'llama3.2', messages: [{ role: 'user', content: 'Hi!' }] })
const CALL = 'chat llama3.2'
const names = (): string[] => traces.spans.map(({ name }) => name)

test.each([
  ['the exports', () => sdk],
  ['the class', () => sdk.Ollama],
  ['the client that is the default', () => sdk.default],
  ['a client', () => clientOf()],
])('%s can be handed over, once or twice', async (_what, copy) => {
  undo = instrumentOllama(copy())
  const again = instrumentOllama(sdk)
  await clientOf().chat(hi())
  expect(names()).toEqual([CALL])
  again()
  await clientOf().chat(hi())
  expect(names()).toEqual([CALL, CALL])
})

test('what is nothing of the package changes nothing, and is said', () => {
  undo = instrumentOllama({ chat: () => 1 })
  expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_INSTRUMENT_UNKNOWN'])
})

test('every method is put back', async () => {
  const client = clientOf()
  const methods = (): unknown[] => [client.chat, client.generate, client.embed, client.embeddings]
  const before = methods()
  const off = instrumentOllama(sdk)
  expect(methods()).not.toEqual(before)
  off()
  expect(methods()).toEqual(before)
  await client.chat(hi())
  expect(names()).toEqual([])
})

test('a stream that is under way when it is switched off ends its span', async () => {
  const off = instrumentOllama(sdk)
  const stream = await clientOf().chat({ ...hi(), stream: true })
  off()
  for await (const _part of stream);
  expect(traces.get(CALL).tokens).toMatchObject({ inputTokens: 20, outputTokens: 10 })
})

test('without content there are tokens, model and times, and no word of what was said', async () => {
  traces.stop()
  traces = captureTraces({ captureContent: false, instrumentations: false })
  undo = instrumentOllama(sdk)
  const tools = [{ type: 'function', function: { name: 'get_weather', parameters: {} } }]
  for await (const _part of await clientOf('reasoning').chat({ ...hi(), stream: true }));
  await clientOf('tool').chat({ ...hi(), tools })
  await clientOf().generate({ model: 'llama3.2', prompt: 'Hi!' })
  expect(traces.spans.map(({ tokens }) => tokens?.outputTokens)).toEqual([25, 10, 10])
  const told = JSON.stringify(traces.spans)
  for (const word of ['Hi!', 'Paris', 'greets', 'get_weather', 'Hello']) expect(told).not.toContain(word)
})
