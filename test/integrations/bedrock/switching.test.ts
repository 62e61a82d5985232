import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { instrumentBedrock, type Uninstrument } from '../../../src/integrations/bedrock/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture } from './matrix.ts'

// What the client's objects take and give is their business.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

let provider: Provider
let sdk: Anything
let oldest: Anything
let handler: Anything
beforeAll(async () => {
  provider = await startProvider()
  const requireOf = async (set: string): Promise<NodeJS.Require> =>
    createRequire(join(await fixtureModules(fixture(set)), 'program.cjs'))
  const [newest, first] = [await requireOf('bedrock-3'), await requireOf('bedrock-3.422')]
  sdk = newest('@aws-sdk/client-bedrock-runtime')
  handler = newest('@smithy/node-http-handler').NodeHttpHandler
  oldest = first('@aws-sdk/client-bedrock-runtime')
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
const clientOf = (script = 'hello', from: Anything = sdk): Anything =>
  new from.BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: provider.address(script, `switching${runs++}`),
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: new handler(),
  })
const modelId = 'anthropic.claude-3-haiku-20240307-v1:0'
const hi = { modelId, messages: [{ role: 'user', content: [{ text: 'Hi!' }] }] }
const CALL = `chat ${modelId}`
const ask = (client: Anything = clientOf()): Promise<Anything> => client.send(new sdk.ConverseCommand(hi))
const names = (): string[] => traces.spans.map(({ name }) => name)

test.each([
  ['the exports', () => sdk],
  ['the class of the client', () => sdk.BedrockRuntimeClient],
  ['the client with a method for each command', () => sdk.BedrockRuntime],
  ['a client', () => clientOf()],
])('%s can be handed over, once or twice', async (_what, copy) => {
  undo = instrumentBedrock(copy())
  const again = instrumentBedrock(sdk)
  await ask()
  expect(names()).toEqual([CALL])
  again()
  await ask()
  expect(names()).toEqual([CALL, CALL])
  // Nothing of it stands between the program and its retries twice.
  await ask(clientOf('error-429')).catch(() => undefined)
  expect(traces.spans[2]?.events.map(({ name }) => name)).toEqual(['exception'])
})

test('what is nothing of the package changes nothing, and is said', () => {
  undo = instrumentBedrock({ send: () => 1 })
  expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_INSTRUMENT_UNKNOWN'])
})

test('the class that the clients of all services share stays what it is, and everything is put back', async () => {
  const { prototype } = sdk.BedrockRuntimeClient
  const shared = Object.getPrototypeOf(prototype) as Anything
  const before = Object.getOwnPropertyDescriptor(shared, 'send')
  const client = clientOf()
  const off = instrumentBedrock(sdk)
  expect(Object.getOwnPropertyDescriptor(shared, 'send')).toEqual(before)
  expect(client.send).not.toBe(shared.send)
  expect([client.send.name, client.send.length]).toEqual([shared.send.name, shared.send.length])
  off()
  expect(Object.hasOwn(prototype, 'send')).toBe(false)
  await ask(client)
  expect(names()).toEqual([])
})

test('what others put on the shared class, before or after, is called as before', async () => {
  const shared = Object.getPrototypeOf(sdk.BedrockRuntimeClient.prototype) as Anything
  const { send } = shared
  const seen: string[] = []
  undo = instrumentBedrock(sdk)
  shared.send = function (this: unknown, ...args: unknown[]): unknown {
    seen.push('theirs')
    return Reflect.apply(send, this, args)
  }
  try {
    await ask()
    expect(seen).toEqual(['theirs'])
    expect(names()).toEqual([CALL])
  } finally {
    shared.send = send
  }
})

test('commands whose names a bundler changed are known by the exports', async () => {
  const { InvokeModelCommand } = oldest
  Object.defineProperty(InvokeModelCommand, 'name', { value: 'a', configurable: true })
  undo = instrumentBedrock(oldest)
  const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', messages: [] })
  await clientOf('hello', oldest).send(new InvokeModelCommand({ modelId, body }))
  expect(names()).toEqual([CALL])
})

test('a stream that is under way when it is switched off ends its span', async () => {
  const off = instrumentBedrock(sdk)
  const { stream } = await clientOf().send(new sdk.ConverseStreamCommand(hi))
  off()
  for await (const _event of stream);
  expect(traces.get(CALL).tokens).toMatchObject({ inputTokens: 20, outputTokens: 10 })
})

test('without content there are tokens, model and times, and no word of what was said', async () => {
  traces.stop()
  traces = captureTraces({ captureContent: false, instrumentations: false })
  undo = instrumentBedrock(sdk)
  const toolConfig = { tools: [{ toolSpec: { name: 'get_weather', inputSchema: { json: {} } } }] }
  const { stream } = await clientOf('reasoning').send(new sdk.ConverseStreamCommand({ ...hi, toolConfig }))
  for await (const _event of stream);
  await ask(clientOf('tool'))
  const body = JSON.stringify({ prompt: 'Hi!', max_gen_len: 10 })
  await clientOf().send(new sdk.InvokeModelCommand({ modelId: 'meta.llama3-8b-instruct-v1:0', body }))
  expect(traces.spans.map(({ tokens }) => tokens?.outputTokens)).toEqual([25, 10, 10])
  const told = JSON.stringify(traces.spans)
  for (const word of ['Hi!', 'Paris', 'greets', 'get_weather', 'Hello']) expect(told).not.toContain(word)
})
