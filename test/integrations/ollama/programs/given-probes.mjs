// Requests that are made of objects which do something when they are read. Each notes how often they were.
import { clientOf, failureOf, model, partsOf } from './clients.mjs'
import { withHostile } from './hostile.mjs'

const user = (content) => ({ role: 'user', content })

const requests = {
  'to-json': ({ attempt }) => ({
    model,
    messages: [
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'f', arguments: attempt((n) => ({ n })) } }],
      },
    ],
  }),
  getters: (pieces) => {
    const request = pieces.getter({ model }, 'messages', (n) => [user(`read ${n}`)])
    return pieces.getter(request, 'options', () => pieces.getter({ top_k: 40 }, 'temperature', (n) => n / 10))
  },
  lists: ({ list }) => ({ model, messages: list(user('Hi!')), options: { stop: list('END') } }),
  proxy: ({ proxy }) => proxy({ model, messages: proxy([proxy(user('Hi!'))]) }),
  odd: ({ odd }) => ({ model, messages: [user('Hi!')], format: odd() }),
}

export const probes = [
  ...Object.entries(requests).flatMap(([name, request]) => [
    {
      name: `given-${name}`,
      run: (t) => withHostile(t, (pieces) => clientOf(t).chat(request(pieces))),
    },
    {
      name: `given-${name}-stream`,
      run: (t) =>
        withHostile(t, async (pieces) => {
          const asked = request(pieces)
          asked.stream = true
          return partsOf(await clientOf(t).chat(asked))
        }),
    },
  ]),
  {
    name: 'given-throwing',
    run: (t) =>
      withHostile(t, ({ throwing }) =>
        failureOf(clientOf(t).chat({ model, messages: [throwing(user('Hi!'), 'images')] })),
      ),
  },
  {
    name: 'given-embeddings',
    run: (t) =>
      withHostile(t, ({ getter }) => clientOf(t).embeddings(getter({ model }, 'prompt', (n) => `read ${n}`))),
  },
]
