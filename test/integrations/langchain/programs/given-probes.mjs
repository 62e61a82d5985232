// What a program hands to LangChain and LangGraph, made of objects which do something when they are read. Each notes how
// often they were.
import { withHostile } from './hostile.mjs'
import { chat, diamond, outcome, ownModel, seen, weather } from './parts.mjs'

const lambda = (t, work = (given) => given) => t.sdk.lib.RunnableLambda.from(work)

/** Values of a chain. */
const values = {
  getters: ({ getter }) =>
    getter(
      getter({}, 'word', (n) => `read ${n}`),
      'list',
      (n) => [n],
    ),
  'nested-getters': ({ getter }) => ({ word: 'x', deep: [getter({}, 'inner', (n) => n)] }),
  'to-json': ({ attempt }) => ({ word: 'x', deep: attempt((n) => n) }),
  proxy: ({ proxy }) => ({ word: 'x', deep: proxy({ a: [1] }) }),
  list: ({ list }) => ({ word: 'x', deep: list(1, 2) }),
  odd: ({ odd }) => ({ word: 'x', deep: odd() }),
}

export const probes = [
  ...Object.entries(values).flatMap(([name, value]) => [
    {
      name: `given-chain-${name}`,
      run: (t) =>
        withHostile(t, async (pieces) => {
          await lambda(t)
            .pipe(lambda(t))
            .invoke(value(pieces), { metadata: { mine: pieces.attempt((n) => n) } })
          return 'done'
        }),
    },
    {
      name: `given-graph-${name}`,
      run: (t) =>
        withHostile(t, async (pieces) => {
          const work = { a: async () => value(pieces) }
          return (
            await diamond(t, work)
              .compile()
              .invoke({ steps: [value(pieces)] })
          ).steps.length
        }),
    },
    {
      name: `given-tool-${name}`,
      run: (t) =>
        withHostile(t, (pieces) =>
          outcome(
            t,
            weather(t, async () => value(pieces))
              .invoke({ city: 'Paris' })
              .then((result) => typeof result),
          ),
        ),
    },
  ]),
  {
    name: 'given-message-content',
    run: (t) =>
      withHostile(t, async ({ getter, attempt }) => {
        const part = getter({ type: 'text' }, 'text', (n) => `read ${n}`)
        const message = new t.sdk.lib.HumanMessage({
          content: [part],
          additional_kwargs: { own: attempt((n) => n) },
        })
        return seen(t, await chat(t).invoke([message]))
      }),
  },
  {
    name: 'given-own-model',
    run: (t) =>
      withHostile(t, async ({ getter, list }) => {
        const message = new t.sdk.lib.HumanMessage({
          content: list(getter({ type: 'text' }, 'text', (n) => `${n}`)),
        })
        return seen(t, await ownModel(t.sdk).invoke([message]))
      }),
  },
  {
    name: 'given-tools',
    script: 'tool',
    run: (t) =>
      withHostile(t, async ({ getter }) => {
        const described = getter({ name: 'get_weather', description: 'Says' }, 'parameters', (n) => ({
          type: 'object',
          properties: { [`city${n}`]: { type: 'string' } },
        }))
        const model = chat(t, 'tool').bindTools([{ type: 'function', function: described }])
        return seen(t, await model.invoke('Weather?'))
      }),
  },
]
