// Requests that are made of objects which do something when they are read. Each notes how often they were.
import { failureOf, make, messages, textOf } from './clients.mjs'
import { withHostile } from './hostile.mjs'

const user = (content) => ({ role: 'user', content })
const plain = { model: 'claude-sonnet-4-5', max_tokens: 200, messages: [user('Hi!')] }
const tool = (extra = {}) => ({
  name: 'get_weather',
  input_schema: { type: 'object', properties: {} },
  ...extra,
})

const bodies = {
  'to-json': ({ attempt }) => ({ ...plain, messages: [attempt((n) => user(`attempt ${n}`))] }),
  getters: (pieces) => {
    const body = pieces.getter({ max_tokens: 200 }, 'messages', (n) => [user(`read ${n}`)])
    pieces.getter(body, 'model', () => 'claude-sonnet-4-5')
    return pieces.getter(body, 'stop_sequences', (n) => [`stop ${n}`])
  },
  'nested-getters': (pieces) => ({
    ...plain,
    tools: [pieces.getter(tool(), 'description', (n) => `read ${n}`)],
  }),
  lists: ({ list }) => ({
    ...plain,
    messages: list(user(list({ type: 'text', text: 'Hi!' }))),
    tools: list(tool()),
    stop_sequences: list('END'),
  }),
  proxy: ({ proxy }) => proxy({ ...plain, messages: proxy([proxy(user('Hi!'))]) }),
  'nested-proxy': ({ proxy }) => ({
    ...plain,
    messages: [proxy(user('Hi!'))],
    stop_sequences: proxy(['END']),
  }),
  odd: ({ odd }) => ({ ...plain, metadata: odd(), messages: [{ ...user('Hi!'), extra: odd() }] }),
}
const canRunTools = (t) => typeof make(t).beta?.messages?.toolRunner === 'function'

export const probes = [
  ...Object.entries(bodies).flatMap(([name, body]) => [
    { name: `given-${name}`, run: (t) => withHostile(t, (pieces) => messages(t).create(body(pieces))) },
    {
      name: `given-${name}-stream`,
      run: (t) =>
        withHostile(t, async (pieces) => {
          const given = body(pieces)
          if (name === 'getters') pieces.getter(given, 'stream', () => true)
          else given.stream = true
          return textOf(await messages(t).create(given))
        }),
    },
  ]),
  {
    name: 'given-helper',
    run: (t) =>
      withHostile(t, async ({ attempt }) => {
        const stream = messages(t).stream({ ...plain, messages: [attempt((n) => user(`attempt ${n}`))] })
        return (await stream.finalMessage()).content
      }),
  },
  {
    name: 'given-throwing',
    run: (t) =>
      withHostile(t, ({ throwing }) =>
        failureOf(
          Promise.resolve().then(() =>
            messages(t).create({ ...plain, messages: [throwing(user('Hi!'), 'name')] }),
          ),
        ),
      ),
  },
  {
    name: 'given-run-tools',
    script: 'tool',
    needs: canRunTools,
    run: (t) =>
      withHostile(t, async ({ attempt, getter, list }) => {
        const described = getter(
          { ...tool(), run: () => [attempt((n) => ({ type: 'text', text: `sunny ${n}` }))] },
          'description',
          (n) => `read ${n}`,
        )
        described.parse = (input) => getter({ ...input }, 'asked', (n) => n)
        const runner = make(t).beta.messages.toolRunner({
          ...plain,
          tools: list(described),
          max_iterations: 2,
        })
        return (await runner).stop_reason
      }),
  },
]
