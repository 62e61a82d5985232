import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { instrumentGoogleGenAI, type Uninstrument } from '../../../src/integrations/google-genai/index.ts'
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
  const require = createRequire(join(await fixtureModules(fixture('genai-3')), 'program.cjs'))
  sdk = require('@google/genai')
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
const clientOf = (script = 'hello'): Anything => {
  const baseUrl = provider.address(script, `switching${runs++}`)
  return new sdk.GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl } })
}
const hi = { model: 'gemini-2.5-flash', contents: 'Hi!' }
const CALL = 'generate_content gemini-2.5-flash'
const LOOP = ['generateContent', CALL, 'get_weather', CALL]
const names = (): string[] => traces.spans.map(({ name }) => name)
const weather = (): Anything => ({
  tool: async () => ({ functionDeclarations: [{ name: 'get_weather' }] }),
  callTool: async () => [{ functionResponse: { name: 'get_weather', response: { output: 'sunny' } } }],
})
const ask = (client: Anything, tool: Anything = weather()): Promise<unknown> =>
  client.models.generateContent({ ...hi, config: { tools: [tool] } })

test.each([
  ['the exports', () => sdk],
  ['the class of the models', () => sdk.Models],
  ['a client', () => clientOf()],
  ['the models of a client', () => clientOf().models],
])('%s can be handed over, once or twice', async (_what, copy) => {
  undo = instrumentGoogleGenAI(copy())
  const again = instrumentGoogleGenAI(copy())
  await clientOf().models.generateContent(hi)
  await ask(clientOf('tool'))
  expect(names()).toEqual([CALL, ...LOOP])
  again()
  await clientOf().models.generateContent(hi)
  expect(names()).toHaveLength(6)
})

test('what is nothing of the package changes nothing, and is said', () => {
  undo = instrumentGoogleGenAI({ generateContent: () => 1 })
  expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_INSTRUMENT_UNKNOWN'])
})

test('a client that was there before has all from its second loop on, and one that is handed over from its first', async () => {
  const [early, given] = [clientOf('tool'), clientOf('tool')]
  undo = instrumentGoogleGenAI(sdk)
  const another = instrumentGoogleGenAI(given)
  await ask(early)
  expect(names()).toEqual([CALL, 'get_weather', CALL])
  traces.clear()
  await ask(given)
  another()
  expect(names()).toEqual(LOOP)
})

test('a class that somebody derived from the models keeps its own way', async () => {
  undo = instrumentGoogleGenAI(sdk)
  const own = Object.create(clientOf().models) as Anything
  own.generateContent = () => 'mine'
  expect(own.generateContent()).toBe('mine')
  expect(Object.keys(own)).toEqual(['generateContent'])
})

test('every method is put back', async () => {
  const { prototype } = sdk.Models
  const keys = ['generateContentInternal', 'generateContentStreamInternal', 'countTokens', 'processAfcStream']
  const methods = (): unknown[] => keys.map((key) => prototype[key])
  const before = methods()
  const off = instrumentGoogleGenAI(sdk)
  const client = clientOf('tool')
  expect(methods()).not.toEqual(before)
  expect('generateContent' in prototype).toBe(true)
  off()
  expect(methods()).toEqual(before)
  expect('generateContent' in prototype).toBe(false)
  await ask(client)
  expect(names()).toEqual([])
})

test('a tool that was observed is quiet after it was switched off', async () => {
  const off = instrumentGoogleGenAI(sdk)
  const tool = weather()
  await ask(clientOf('tool'), tool)
  off()
  await ask(clientOf('tool'), tool)
  expect(names()).toEqual(LOOP)
})

test('a stream that is under way when it is switched off ends its span', async () => {
  const off = instrumentGoogleGenAI(sdk)
  const stream = await clientOf().models.generateContentStream(hi)
  off()
  for await (const _chunk of stream);
  expect(traces.get(CALL).tokens).toMatchObject({ inputTokens: 20, outputTokens: 10 })
})

test('without content there are tokens, model and times, and no word of what was said', async () => {
  traces.stop()
  traces = captureTraces({ captureContent: false, instrumentations: false })
  undo = instrumentGoogleGenAI(sdk)
  for await (const _chunk of await clientOf('reasoning').models.generateContentStream(hi));
  await ask(clientOf('tool'))
  const [first] = traces.spans
  expect(first).toMatchObject({
    model: 'gemini-2.5-flash',
    tokens: { outputTokens: 25, reasoningTokens: 15 },
  })
  const told = JSON.stringify(traces.spans)
  for (const word of ['Hi!', 'sunny', 'Paris', 'greets']) expect(told).not.toContain(word)
})
