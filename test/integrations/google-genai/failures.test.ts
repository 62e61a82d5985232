import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { instrumentGoogleGenAI } from '../../../src/integrations/google-genai/index.ts'
import { captureTraces } from '../../../src/testing/index.ts'
import { failureOf, loadFixture } from '../../support/failure.ts'
import { type Provider, startProvider } from '../../support/provider/server.ts'
import { fixture } from './matrix.ts'

/** What tools say when they fail, and what their span says of it. */
const failures = {
  'a text': ['no weather today', ['tool_error', 'no weather today']],
  'an error': [new RangeError('no weather today'), ['RangeError', 'no weather today']],
  'an object with a message': [
    { code: 'E_RAIN', message: 'no weather today' },
    ['E_RAIN', 'no weather today'],
  ],
  'a result of MCP': [
    {
      isError: true,
      content: [
        { type: 'text', text: 'no weather' },
        { type: 'text', text: 'today' },
      ],
    },
    ['tool_error', 'no weather\ntoday'],
  ],
} as const

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.stop())

describe.each(['genai-2.0', 'genai-3'])('%s', (set) => {
  // biome-ignore lint/suspicious/noExplicitAny: each version has its own types
  let genai: any
  let undo: () => void
  let run = 0
  beforeAll(async () => {
    genai = await loadFixture(fixture(set), '@google/genai')
    undo = instrumentGoogleGenAI(genai)
  })
  afterAll(() => undo())

  /** Has a model call a function that answers so, in a stream or not. */
  async function call(answer: () => unknown, stream: boolean): Promise<void> {
    const baseUrl = provider.address('tool', `failures-${set}-${run++}`)
    const { models } = new genai.GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl } })
    const tool = {
      tool: async () => ({ functionDeclarations: [{ name: 'get_weather' }] }),
      callTool: async () => [{ functionResponse: { name: 'get_weather', response: answer() } }],
    }
    const request = { model: 'gemini-2.5-flash', contents: 'Weather?', config: { tools: [tool] } }
    if (!stream) await models.generateContent(request)
    else for await (const _chunk of await models.generateContentStream(request));
  }

  test.each(Object.entries(failures))(
    'a function that fails with %s says why',
    async (_, [error, exception]) => {
      for (const stream of [false, true]) {
        using traces = captureTraces()
        await call(() => ({ error }), stream)
        await traces.settled()
        expect(failureOf(traces.find('get_weather'))).toEqual({
          status: { code: 'ERROR', message: exception[1] },
          type: exception[0],
          exceptions: [exception],
        })
      }
    },
  )

  test('a function that throws says why, and so does the loop that it ends', async () => {
    for (const stream of [false, true]) {
      using traces = captureTraces()
      const thrown = new RangeError('no weather today')
      await expect(
        call(() => {
          throw thrown
        }, stream),
      ).rejects.toBe(thrown)
      await traces.settled()
      for (const name of ['get_weather', stream ? 'generateContentStream' : 'generateContent']) {
        expect(failureOf(traces.find(name))).toEqual({
          status: { code: 'ERROR', message: 'RangeError: no weather today' },
          type: 'RangeError',
          exceptions: [['RangeError', 'no weather today']],
        })
      }
    }
  })

  test('without content only the class of a failure is told', async () => {
    using traces = captureTraces({ captureContent: false })
    await call(() => ({ error: 'no weather today' }), false)
    await traces.settled()
    expect(failureOf(traces.find('get_weather'))).toEqual({
      status: { code: 'ERROR' },
      type: 'tool_error',
      exceptions: [['tool_error', undefined]],
    })
  })
})
