// Chats that are asked for by objects which do something when they are read. Each probe notes how often they were.
import { textOf } from './chat-probes.mjs'
import { withHostile } from './hostile.mjs'

const user = (content) => ({ role: 'user', content })

/** What is asked, of the pieces that it is made of; every client here has `messages`, `tools` and a temperature. */
const requests = {
  'to-json': ({ attempt }, plain) => ({
    ...plain,
    messages: [{ ...user('Hi!'), extra: attempt((n) => `attempt ${n}`) }],
  }),
  getters: (pieces, plain) => {
    const request = pieces.getter({ ...plain }, 'messages', (n) => [user(`read ${n}`)])
    return pieces.getter(request, 'temperature', (n) => n / 10)
  },
  'nested-getters': (pieces, plain) => ({
    ...plain,
    tools: [
      {
        type: 'function',
        function: pieces.getter({ name: 'get_weather', description: 'Says' }, 'parameters', (n) => ({
          type: 'object',
          properties: { [`city${n}`]: { type: 'string' } },
        })),
      },
    ],
  }),
  lists: ({ list }, plain) => ({ ...plain, messages: list(user('Hi!')) }),
  proxy: ({ proxy }, plain) => proxy({ ...plain, messages: proxy([proxy(user('Hi!'))]) }),
  odd: ({ odd }, plain) => ({ ...plain, messages: [{ ...user('Hi!'), extra: odd() }] }),
  frozen: ({ getter }, plain) =>
    Object.freeze(getter({ ...plain, frozen: Object.freeze({ a: 1 }) }, 'seed', (n) => n)),
  throwing: ({ throwing }, plain) => ({ ...plain, messages: [throwing(user('Hi!'), 'name')] }),
}

/** Clients that check what they are given refuse some of it; how they do is the same with and without turnspan. */
const outcome = async (work) => {
  try {
    return { came: await work() }
  } catch (error) {
    return { failed: [error.constructor.name, error.message] }
  }
}

/**
 * The probes of a client.
 *
 * @param ask - sends a chat, and gives its ID
 * @param read - sends a chat that is streamed, and gives what was said
 * @param plain - the request without anything special
 */
export const hostileChats = ({ ask, read, plain }) =>
  Object.entries(requests).flatMap(([name, request]) => [
    {
      name: `given-${name}`,
      run: (t) => withHostile(t, (pieces) => outcome(() => ask(t, request(pieces, plain)))),
    },
    {
      name: `given-${name}-stream`,
      run: (t) => withHostile(t, (pieces) => outcome(() => read(t, request(pieces, plain)))),
    },
  ])

/** The probes of a client that speaks OpenAI's API: a stream is asked for in the request, where that can be changed. */
export const hostileCompletions = (make, plain) =>
  hostileChats({
    plain,
    ask: async (t, request) => (await make(t).chat.completions.create(request)).id,
    async read(t, request) {
      const isFrozen = Object.isFrozen(request)
      if (!isFrozen) Object.defineProperty(request, 'stream', { value: true, enumerable: true })
      const came = await make(t).chat.completions.create(request)
      return isFrozen ? came.id : textOf(came)
    },
  })
