import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { instrumentAnthropic, type Uninstrument } from '../../../src/integrations/anthropic/index.ts'
import { type CapturedTraces, captureTraces } from '../../../src/testing/index.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture } from './matrix.ts'

// What the client's objects take and give is their business.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

let provider: Provider
let sdk: Anything
let bedrock: Anything
beforeAll(async () => {
  provider = await startProvider()
  const require = createRequire(join(await fixtureModules(fixture('anthropic-1')), 'program.cjs'))
  sdk = require('@anthropic-ai/sdk')
  bedrock = require('@anthropic-ai/bedrock-sdk')
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
  new sdk.Anthropic({ apiKey: 'sk-ant-test', baseURL: provider.address(script, `switching${runs++}`) })
const hi = { model: 'claude-opus-5-5', max_tokens: 200, messages: [{ role: 'user', content: 'Hi!' }] }
// The client's own spans are left out only while its calls are traced.
const names = (): string[] =>
  traces.spans.map(({ name }) => name).filter((name) => !name.startsWith('anthropic.'))
const CHAT = 'chat claude-opus-5-5'

/** Everything that could have been replaced. */
const methods = (): unknown[] => {
  const { Messages, Beta } = sdk.Anthropic
  return [
    Messages.prototype.create,
    Messages.prototype.countTokens,
    Messages.Batches.prototype.create,
    Beta.Messages.prototype.create,
    Beta.Messages.prototype.toolRunner,
    Beta.Messages.BetaToolRunner.prototype[Symbol.asyncIterator],
    Beta.Messages.BetaToolRunner.prototype.addTools,
    sdk.BaseAnthropic.prototype.fetchWithTimeout,
    sdk.APIPromise.prototype.parse,
  ]
}

test.each([
  ['the exports', () => sdk],
  ['the class', () => sdk.Anthropic],
  ['a client', () => clientOf()],
])('%s can be handed over, once or twice', async (_what, copy) => {
  undo = instrumentAnthropic(copy())
  const again = instrumentAnthropic(copy())
  await clientOf().messages.create(hi)
  await clientOf().beta.messages.create(hi)
  expect(names()).toEqual([CHAT, CHAT])
  again()
  await clientOf().messages.create(hi)
  expect(names()).toEqual([CHAT, CHAT, CHAT])
})

test('a client of a cloud can be handed over', async () => {
  const client = new bedrock.AnthropicBedrock({
    awsRegion: 'eu-central-1',
    awsAccessKey: 'AKIATEST',
    awsSecretKey: 'secret',
    baseURL: provider.address('hello', `switching${runs++}`),
  })
  undo = instrumentAnthropic(client)
  await client.messages.create(hi)
  expect(traces.get(CHAT).provider).toBe('aws.bedrock')
})

test('what is nothing of the package changes nothing, and is said', () => {
  undo = instrumentAnthropic({ create: () => 1 })
  expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_INSTRUMENT_UNKNOWN'])
})

test('every method is put back, also those that were found on the way', async () => {
  const before = methods()
  const off = instrumentAnthropic(sdk)
  expect(methods()).not.toEqual(before)
  const thread = clientOf().beta.messages.thread({ model: hi.model, max_tokens: 200 })
  await thread.stream({ role: 'user', content: 'Hi!' }).finalMessage()
  expect(names()).toEqual([CHAT])
  off()
  expect(methods()).toEqual(before)
  await clientOf().messages.create(hi)
  expect(names()).toEqual([CHAT])
})

test('a tool that a runner had is quiet after it was switched off', async () => {
  const off = instrumentAnthropic(sdk)
  const tool = {
    type: 'custom',
    name: 'get_weather',
    input_schema: { type: 'object', properties: {} },
    parse: (input: unknown) => input,
    run: () => 'sunny',
  }
  const ask = (): Promise<unknown> =>
    clientOf('tool')
      .beta.messages.toolRunner({ ...hi, tools: [tool] })
      .runUntilDone()
  await ask()
  expect(names()).toEqual(['toolRunner', CHAT, 'get_weather', CHAT])
  off()
  await ask()
  expect(tool.run()).toBe('sunny')
  expect(names()).toHaveLength(4)
})

test('a call that is under way when it is switched off ends its span', async () => {
  const off = instrumentAnthropic(sdk)
  const stream = await clientOf().messages.create({ ...hi, stream: true })
  off()
  for await (const _event of stream);
  expect(traces.get(CHAT).tokens).toMatchObject({ inputTokens: 20, outputTokens: 10 })
})

test('without content there are tokens, model and times, and no word of what was said', async () => {
  traces.stop()
  traces = captureTraces({ captureContent: false, instrumentations: false })
  undo = instrumentAnthropic(sdk)
  await clientOf('search').messages.stream(hi).finalMessage()
  await clientOf('error-400')
    .messages.create(hi)
    .catch(() => undefined)
  const [done, failed] = traces.spans
  expect(done).toMatchObject({ model: 'claude-opus-5-5', tokens: { inputTokens: 20, outputTokens: 10 } })
  expect(failed).toMatchObject({ status: { code: 'ERROR' }, error: { type: 'BadRequestError' } })
  const told = JSON.stringify(traces.spans)
  for (const word of ['Hi!', 'sunny', 'weather', 'Scripted']) expect(told).not.toContain(word)
})
