// Requests that are made of objects which do something when they are read. Each notes how often they were.
import { withHostile } from './hostile.mjs'
import { hasParse, hasResponses, hasRunTools, make, parserOf, runToolsOf, tool } from './probes.mjs'

const user = (content) => ({ role: 'user', content })
const plain = { model: 'gpt-4o', messages: [user('Hi!')] }
const weather = (pieces) =>
  pieces.getter({ name: 'get_weather', description: 'Says' }, 'parameters', (n) => ({
    type: 'object',
    properties: { [`city${n}`]: { type: 'string' } },
  }))
const textOf = async (stream) => {
  let text = ''
  for await (const chunk of stream) text += chunk.choices?.[0]?.delta?.content ?? chunk.delta ?? ''
  return text
}
const failureOf = (promise) =>
  promise.then(
    (came) => ({ came }),
    (error) => error,
  )

/** Requests for a chat completion. */
const bodies = {
  'to-json': ({ attempt }) => ({ ...plain, messages: [attempt((n) => user(`attempt ${n}`))] }),
  'body-to-json': ({ attempt }) =>
    Object.assign(
      attempt((n) => ({ ...plain, messages: [user(`attempt ${n}`)] })),
      { model: 'gpt-4o' },
    ),
  getters: (pieces) => {
    const body = pieces.getter({ temperature: 0.5 }, 'messages', (n) => [user(`read ${n}`)])
    pieces.getter(body, 'model', () => 'gpt-4o')
    return pieces.getter(body, 'stop', (n) => [`stop ${n}`])
  },
  'nested-getters': (pieces) => ({ ...plain, tools: [{ type: 'function', function: weather(pieces) }] }),
  lists: ({ list }) => ({
    ...plain,
    messages: list(user(list({ type: 'text', text: 'Hi!' }))),
    tools: list({ type: 'function', function: { name: 'get_weather', parameters: {} } }),
    stop: list('END'),
  }),
  proxy: ({ proxy }) => proxy({ ...plain, messages: proxy([proxy(user('Hi!'))]) }),
  'nested-proxy': ({ proxy }) => ({ ...plain, messages: [proxy(user('Hi!'))], stop: proxy(['END']) }),
  odd: ({ odd }) => ({ ...plain, metadata: odd(), messages: [{ ...user('Hi!'), extra: odd() }] }),
  frozen: ({ getter }) =>
    Object.freeze(getter({ ...plain, frozen: Object.freeze({ a: 1 }) }, 'user', (n) => `user ${n}`)),
}

export const probes = [
  ...Object.entries(bodies).flatMap(([name, body]) => [
    {
      name: `given-${name}`,
      run: (t) => withHostile(t, (pieces) => make(t).chat.completions.create(body(pieces))),
    },
    {
      name: `given-${name}-stream`,
      run: (t) =>
        withHostile(t, async (pieces) => {
          const given =
            name === 'body-to-json'
              ? pieces.attempt((n) => ({ ...plain, stream: true, user: `attempt ${n}` }))
              : body(pieces)
          if (name === 'getters') pieces.getter(given, 'stream', () => true)
          else if (!Object.isFrozen(given)) given.stream = true
          const result = await make(t).chat.completions.create(given)
          return Object.isFrozen(given) ? result.id : textOf(result)
        }),
    },
  ]),
  {
    name: 'given-bigint',
    run: (t) =>
      withHostile(t, ({ withBigints }) =>
        withBigints(() => make(t).chat.completions.create({ ...plain, seed: 7n, metadata: { big: 8n } })),
      ),
  },
  {
    name: 'given-throwing',
    run: (t) =>
      withHostile(t, ({ throwing }) =>
        failureOf(
          Promise.resolve().then(() =>
            make(t).chat.completions.create({ ...plain, messages: [throwing(user('Hi!'), 'name')] }),
          ),
        ),
      ),
  },
  {
    name: 'given-retried',
    script: 'retry-500',
    run: (t) =>
      withHostile(t, ({ attempt }) =>
        make(t, 'retry-500', { maxRetries: 2 }).chat.completions.create({
          ...plain,
          messages: [attempt((n) => user(`attempt ${n}`))],
        }),
      ),
  },
  {
    name: 'given-parser',
    needs: hasParse,
    run: (t) =>
      withHostile(t, async (pieces) => {
        const response_format = { type: 'json_schema', json_schema: { name: 'w', strict: true, schema: {} } }
        Object.defineProperties(response_format, {
          $brand: { value: 'auto-parseable-response-format', enumerable: false },
          $parseRaw: { value: (said) => pieces.attempt(() => ({ said })), enumerable: false },
        })
        const { choices } = await parserOf(make(t)).parse({ ...plain, response_format })
        return typeof choices[0].message.parsed?.toJSON
      }),
  },
  {
    name: 'given-run-tools',
    script: 'tools',
    needs: hasRunTools,
    run: (t) =>
      withHostile(t, async (pieces) => {
        const { attempt, getter } = pieces
        const described = tool('get_weather', ({ city }) => attempt((n) => `${n} times sunny in ${city}`))
        described.function.parse = (json) =>
          Object.assign(
            getter({}, 'asked', (n) => n),
            JSON.parse(json),
          )
        const body = getter({ model: 'gpt-4o' }, 'messages', () => [user('Weather?')])
        getter(body, 'tools', () => [described, tool('get_time', () => 'noon')])
        getter(described.function, 'strict', () => false)
        const runner = runToolsOf(t, 'tools').runTools(body)
        return runner.finalContent()
      }),
  },
  {
    name: 'given-run-tools-list',
    script: 'tools',
    needs: hasRunTools,
    run: (t) =>
      withHostile(t, ({ list }) =>
        runToolsOf(t, 'tools')
          .runTools({
            model: 'gpt-4o',
            messages: list(user('Weather?')),
            tools: list(
              tool('get_weather', () => 'sunny'),
              tool('get_time', () => 'noon'),
            ),
          })
          .finalContent(),
      ),
  },
  ...[false, true].map((stream) => ({
    name: `given-responses${stream ? '-stream' : ''}`,
    needs: hasResponses,
    run: (t) =>
      withHostile(t, async (pieces) => {
        const body = pieces.getter({ model: 'gpt-4o', stream }, 'input', (n) => [
          pieces.attempt((m) => user(`read ${n}, attempt ${m}`)),
        ])
        const result = await make(t).responses.create(body)
        return stream ? textOf(result) : result.id
      }),
  })),
  {
    name: 'given-embeddings',
    run: (t) =>
      withHostile(t, async ({ list, getter }) => {
        const body = getter({ model: 'text-embedding-3-small' }, 'input', () => list('Hi!', 'Ho!'))
        return (await make(t).embeddings.create(body)).data.length
      }),
  },
]
