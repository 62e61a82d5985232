// Inputs that are made of objects which do something when they are read. Each notes how often they were.
import {
  bodyOf,
  claude,
  clientOf,
  commandOf,
  eventsOf,
  failureOf,
  HAIKU,
  has,
  jsonOf,
  send,
} from './clients.mjs'
import { withHostile } from './hostile.mjs'

const user = (text) => ({ role: 'user', content: [{ text }] })
const spec = { name: 'get_weather', description: 'Says', inputSchema: { json: { type: 'object' } } }

const requests = {
  'to-json': ({ attempt }) => ({
    modelId: HAIKU,
    messages: [
      user('Hi!'),
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 't', name: 'f', input: attempt((n) => ({ n })) } }],
      },
    ],
  }),
  getters: (pieces) => {
    const input = pieces.getter({}, 'messages', (n) => [user(`read ${n}`)])
    pieces.getter(input, 'modelId', () => HAIKU)
    return pieces.getter(input, 'inferenceConfig', () =>
      pieces.getter({ topP: 0.9 }, 'temperature', (n) => n / 10),
    )
  },
  'nested-getters': (pieces) => ({
    modelId: HAIKU,
    messages: [user('Hi!')],
    toolConfig: { tools: [{ toolSpec: pieces.getter({ ...spec }, 'description', (n) => `read ${n}`) }] },
  }),
  lists: ({ list }) => ({
    modelId: HAIKU,
    messages: list({ role: 'user', content: list({ text: 'Hi!' }) }),
    inferenceConfig: { stopSequences: list('END') },
  }),
  proxy: ({ proxy }) =>
    proxy({ modelId: HAIKU, messages: proxy([proxy(user('Hi!'))]), inferenceConfig: proxy({ topP: 0.5 }) }),
}

const invoked = (t, input) => send(t, 'InvokeModel', input).then(({ body }) => jsonOf(body))

export const probes = [
  ...Object.entries(requests).flatMap(([name, request]) => [
    {
      name: `given-${name}`,
      needs: has('Converse'),
      run: (t) => withHostile(t, (pieces) => send(t, 'Converse', request(pieces))),
    },
    {
      name: `given-${name}-stream`,
      needs: has('Converse'),
      run: (t) =>
        withHostile(t, async (pieces) => eventsOf((await send(t, 'ConverseStream', request(pieces))).stream)),
    },
  ]),
  {
    name: 'given-throwing',
    needs: has('Converse'),
    run: (t) =>
      withHostile(t, ({ throwing }) =>
        failureOf(send(t, 'Converse', { modelId: HAIKU, messages: [throwing({ role: 'user' }, 'content')] })),
      ),
  },
  {
    name: 'given-body-getter',
    run: (t) =>
      withHostile(t, ({ getter }) => {
        const { body, ...rest } = claude()
        return invoked(
          t,
          getter(rest, 'body', () => body),
        )
      }),
  },
  {
    name: 'given-body-proxy',
    run: (t) => withHostile(t, ({ proxy }) => invoked(t, proxy(claude()))),
  },
  {
    name: 'given-command-proxy',
    run: (t) =>
      withHostile(t, async ({ proxy }) => {
        const { body } = await clientOf(t).send(proxy(commandOf(t, 'InvokeModel', claude())))
        return jsonOf(body)
      }),
  },
  {
    name: 'given-model-getter',
    run: (t) =>
      withHostile(t, ({ getter }) => {
        const { modelId, ...rest } = bodyOf(HAIKU, JSON.parse(claude('Hello!').body))
        return invoked(
          t,
          getter(rest, 'modelId', () => modelId),
        )
      }),
  },
]
