// Requests that are made of objects which do something when they are read. Each notes how often they were.
import { failureOf, models, textOf, undated } from './clients.mjs'
import { withHostile } from './hostile.mjs'

const model = 'gemini-2.5-flash'
const user = (text) => ({ role: 'user', parts: [{ text }] })
const declaration = { name: 'get_weather', description: 'Says', parametersJsonSchema: { type: 'object' } }

const requests = {
  'to-json': ({ attempt }) => ({
    model,
    contents: [
      {
        role: 'user',
        parts: [{ text: 'Hi!' }, { functionCall: { name: 'f', args: attempt((n) => ({ n })) } }],
      },
    ],
  }),
  getters: (pieces) => {
    const request = pieces.getter({}, 'contents', (n) => [user(`read ${n}`)])
    pieces.getter(request, 'model', () => model)
    const config = pieces.getter({ topK: 40 }, 'temperature', (n) => n / 10)
    pieces.getter(config, 'stopSequences', (n) => [`stop ${n}`])
    return pieces.getter(request, 'config', () => config)
  },
  'nested-getters': (pieces) => ({
    model,
    contents: [user('Hi!')],
    config: {
      tools: [
        { functionDeclarations: [pieces.getter({ ...declaration }, 'description', (n) => `read ${n}`)] },
      ],
    },
  }),
  lists: ({ list }) => ({
    model,
    contents: list({ role: 'user', parts: list({ text: 'Hi!' }) }),
    config: { stopSequences: list('END'), tools: list({ functionDeclarations: list(declaration) }) },
  }),
  proxy: ({ proxy }) =>
    proxy({ model, contents: proxy([proxy(user('Hi!'))]), config: proxy({ temperature: 0.5 }) }),
  odd: ({ odd }) => ({
    model,
    contents: [
      { role: 'user', parts: [{ text: 'Hi!' }, { functionResponse: { name: 'f', response: odd() } }] },
    ],
  }),
}

export const probes = [
  ...Object.entries(requests).flatMap(([name, request]) => [
    {
      name: `given-${name}`,
      run: (t) => withHostile(t, async (pieces) => undated(await models(t).generateContent(request(pieces)))),
    },
    {
      name: `given-${name}-stream`,
      run: (t) =>
        withHostile(t, async (pieces) => textOf(await models(t).generateContentStream(request(pieces)))),
    },
  ]),
  {
    name: 'given-throwing',
    run: (t) =>
      withHostile(t, ({ throwing }) =>
        failureOf(
          models(t).generateContent({
            model,
            contents: [{ role: 'user', parts: [throwing({ text: 'Hi!' }, 'functionCall')] }],
          }),
        ),
      ),
  },
  {
    name: 'given-embeddings',
    run: (t) =>
      withHostile(t, async (pieces) => {
        const request = pieces.getter({ model: 'gemini-embedding-001' }, 'contents', () =>
          pieces.list('a', 'b'),
        )
        return (await models(t).embedContent(request)).embeddings?.length
      }),
  },
  ...[false, true].map((stream) => ({
    name: `given-functions${stream ? '-stream' : ''}`,
    script: 'tool',
    run: (t) =>
      withHostile(t, async ({ attempt, getter, list }) => {
        const callable = {
          tool: async () => getter({}, 'functionDeclarations', () => list(declaration)),
          callTool: async (calls) =>
            calls.map(({ name }) => ({
              functionResponse: { name, response: getter({ output: attempt((n) => n) }, 'read', (n) => n) },
            })),
        }
        const config = getter({ automaticFunctionCalling: { maximumRemoteCalls: 2 } }, 'tools', () => [
          callable,
        ])
        const request = { model, contents: [user('Weather?')], config }
        if (!stream) return (await models(t).generateContent(request)).candidates?.length
        return textOf(await models(t).generateContentStream(request))
      }),
  })),
]
