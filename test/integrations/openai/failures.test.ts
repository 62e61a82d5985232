import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { instrumentOpenAI } from '../../../src/integrations/openai/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { failureOf, loadFixture } from '../../support/failure.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture } from './matrix.ts'

const WEATHER = { id: 'call_1', name: 'get_weather', arguments: { city: 'Paris' } }
const FAILED = {
  id: 'resp_1',
  object: 'response',
  status: 'failed',
  model: 'gpt-4o',
  output: [],
  error: { code: 'server_error', message: 'The model broke.' },
}
const event = (data: { readonly type: string }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
const created = event({
  type: 'response.created',
  response: { ...FAILED, status: 'in_progress', error: null },
} as never)

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
  provider.add('response-failed', [{ body: { type: 'application/json', text: JSON.stringify(FAILED) } }])
  const failed = event({ type: 'response.failed', response: FAILED } as never)
  provider.add('response-failed-stream', [{ body: { type: 'text/event-stream', text: created + failed } }])
  const error = event({
    type: 'error',
    code: 'rate_limit_exceeded',
    message: 'Slow down.',
    param: null,
  } as never)
  provider.add('response-error', [{ body: { type: 'text/event-stream', text: created + error } }])
  provider.add('tool-then-400', [{ tools: [WEATHER] }, { fault: { status: 400 } }])
  provider.add('tool-then-nothing', [{ tools: [WEATHER] }, { fault: 'hang' }])
})
afterAll(() => provider.stop())

describe.each(['openai-4', 'openai-7'])('%s', (set) => {
  // biome-ignore lint/suspicious/noExplicitAny: each version has its own types
  let OpenAI: any
  let undo: () => void
  let run = 0
  beforeAll(async () => {
    OpenAI = await loadFixture(fixture(set), 'openai')
    undo = instrumentOpenAI(OpenAI)
  })
  afterAll(() => undo())
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const clientOf = (script: string): any =>
    new OpenAI({ apiKey: 'k', maxRetries: 0, baseURL: `${provider.address(script, `${set}${run++}`)}/v1` })
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const helper = (client: any): any =>
    client.chat.completions.runTools ? client.chat.completions : client.beta.chat.completions
  const loop = (fn: () => unknown, more: object = {}): object => ({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Weather?' }],
    tools: [
      {
        type: 'function',
        function: { name: 'get_weather', parameters: {}, parse: JSON.parse, function: fn, ...more },
      },
    ],
  })

  test('a runTools that fails says why', async () => {
    using traces = captureTraces()
    const runner = helper(clientOf('tool-then-400')).runTools(loop(() => 'rain'))
    const error = await runner.done().catch((thrown: unknown) => thrown)
    await traces.settled()
    expect(failureOf(traces.find('runTools'))).toEqual({
      status: { code: 'ERROR', message: expect.stringContaining(error.message) },
      type: 'BadRequestError',
      exceptions: [['BadRequestError', error.message]],
    })
  })

  test('a runTools that is aborted says so', async () => {
    using traces = captureTraces()
    const controller = new AbortController()
    const runner = helper(clientOf('tool-then-nothing')).runTools(
      loop(() => 'rain'),
      {
        signal: controller.signal,
      },
    )
    runner
      .on('functionCallResult', () => controller.abort())
      .on('functionToolCallResult', () => controller.abort())
    await runner.done().catch(() => undefined)
    await traces.settled()
    expect(failureOf(traces.find('runTools'))).toMatchObject({ type: 'APIUserAbortError' })
    expect(traces.get('runTools').attributes['turnspan.call.end']).toBe('aborted')
  })

  test('a runner that nobody waits for has its failure reported as without turnspan', async () => {
    using traces = captureTraces()
    const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve))
    helper(clientOf('error-400')).runTools(loop(() => 'rain'))
    expect(await unhandled).toBeInstanceOf(OpenAI.BadRequestError)
    await traces.settled()
  })

  test('a tool whose arguments do not fit was called, and failed', async () => {
    using traces = captureTraces()
    const parse = (): never => {
      throw new RangeError('No such city.')
    }
    await helper(clientOf('tool'))
      .runTools(loop(() => 'rain', { parse }))
      .done()
    await traces.settled()
    expect(failureOf(traces.find('get_weather'))).toMatchObject({
      type: 'RangeError',
      exceptions: [['RangeError', 'No such city.']],
    })
    expect(traces.get('get_weather').inputs).toEqual({ city: 'Paris' })
  })

  test.each([
    ['response-failed', false, ['server_error', 'The model broke.']],
    ['response-failed-stream', true, ['server_error', 'The model broke.']],
  ] as const)(
    'a Response that failed (%s) has error.type and the exception',
    async (script, stream, exception) => {
      using traces = captureTraces()
      const result = await clientOf(script).responses.create({ model: 'gpt-4o', input: 'Hi!', stream })
      if (stream) for await (const _event of result);
      await traces.settled()
      expect(failureOf(traces.find('chat gpt-4o'))).toEqual({
        status: { code: 'ERROR', message: exception[1] },
        type: exception[0],
        exceptions: [exception],
      })
    },
  )

  test('a stream of events that ends with an error says which', async () => {
    using traces = captureTraces()
    const stream = await clientOf('response-error').responses.create({
      model: 'gpt-4o',
      input: 'Hi!',
      stream: true,
    })
    await (async () => {
      for await (const _event of stream);
    })().catch(() => undefined)
    await traces.settled()
    const span = traces.find('chat gpt-4o')
    expect(failureOf(span)).toMatchObject({ status: { code: 'ERROR' }, exceptions: [expect.anything()] })
    expect(JSON.stringify(failureOf(span))).toContain('Slow down.')
  })

  test('without content a failure is told by its class alone', async () => {
    using traces = captureTraces({ captureContent: false })
    await clientOf('response-failed').responses.create({ model: 'gpt-4o', input: 'Hi!' })
    await traces.settled()
    expect(failureOf(traces.find('chat gpt-4o'))).toEqual({
      status: { code: 'ERROR' },
      type: 'server_error',
      exceptions: [['server_error', undefined]],
    })
  })
})
