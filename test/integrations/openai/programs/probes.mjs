// Every form in which a program calls the client of OpenAI. Each probe returns and notes what it saw.

const hi = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi!' }] }
const clientClass = ({ sdk }) => sdk.OpenAI ?? sdk.default?.OpenAI ?? sdk.default ?? sdk
const make = (tools, script, options = {}) =>
  new (clientClass(tools))({ apiKey: 'sk-test', baseURL: `${tools.address(script)}/v1`, ...options })
const chat = (tools, script, options) => make(tools, script, options).chat.completions
const method =
  (...path) =>
  (tools) =>
    typeof path.reduce((at, key) => at?.[key], make(tools)) === 'function'
const hasResponses = method('responses', 'create')
const tool = (name, fn, extra = {}) => ({
  type: 'function',
  function: {
    name,
    description: `Says ${name}`,
    parameters: { type: 'object', properties: {} },
    parse: JSON.parse,
    function: fn,
    ...extra,
  },
})
const weatherTools = (note) => [
  tool('get_weather', async function get_weather({ city }, runner) {
    note('weather', city, typeof runner)
    return `sunny in ${city}`
  }),
  tool('get_time', () => 'noon'),
]
const runToolsOf = (tools, script) => {
  const client = make(tools, script)
  return client.chat.completions.runTools ? client.chat.completions : client.beta.chat.completions
}
const hasRunTools = (tools) => {
  const client = make(tools)
  return typeof (client.chat.completions.runTools ?? client.beta?.chat?.completions?.runTools) === 'function'
}
const parserOf = (client) =>
  client.chat.completions.parse ? client.chat.completions : client.beta.chat.completions
const hasParse = (tools) => {
  const client = make(tools)
  return typeof (client.chat.completions.parse ?? client.beta?.chat?.completions?.parse) === 'function'
}
const format = {
  type: 'json_schema',
  json_schema: { name: 'weather', strict: true, schema: { type: 'object' } },
}
const textOf = async (stream) => {
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? ''
  return text
}
/** Waits until the rejection that comes is the program's own, and describes it. */
const failureOf = async (promise) => {
  try {
    return { came: await promise }
  } catch (error) {
    return error
  }
}

export { hasParse, hasResponses, hasRunTools, make, parserOf, runToolsOf, tool }

export const probes = [
  { name: 'chat', run: (t) => chat(t).create(hi) },
  {
    name: 'chat-tool-call',
    script: 'tool',
    run: (t) =>
      chat(t).create({
        ...hi,
        temperature: 0.5,
        max_tokens: 50,
        tools: [
          {
            type: 'function',
            function: {
              name: 'get_weather',
              parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
            },
          },
        ],
      }),
  },
  { name: 'chat-cached', script: 'cached', run: (t) => chat(t).create(hi) },
  { name: 'chat-reasoning', script: 'reasoning', run: (t) => chat(t).create(hi) },
  { name: 'chat-audio-tokens', script: 'audio', run: (t) => chat(t).create(hi) },
  {
    name: 'chat-developer',
    run: (t) =>
      chat(t).create({ ...hi, messages: [{ role: 'developer', content: 'Be kind.' }, ...hi.messages] }),
  },
  { name: 'chat-length', script: 'length', run: (t) => chat(t).create(hi) },
  {
    name: 'promise-shape',
    run: async (t) => {
      const promise = chat(t).create(hi)
      t.note(
        promise instanceof Promise,
        Object.prototype.toString.call(promise),
        promise.constructor.name,
        Object.keys(promise),
      )
      t.note(typeof promise.then, typeof promise.withResponse, typeof promise.asResponse)
      return (await promise).id
    },
  },
  {
    name: 'client-shape',
    run: async (t) => {
      const client = make(t)
      const [first, again] = [client.chat, client.chat]
      t.note(first === again, first.completions === again.completions)
      const { create } = Object.getPrototypeOf(client.chat.completions)
      t.note(create.name, create.length, Object.keys(Object.getPrototypeOf(client.chat.completions)))
      t.note(Object.keys(client.chat.completions), client instanceof clientClass(t))
    },
  },
  {
    name: 'with-response',
    run: async (t) => {
      const { data, response } = await chat(t).create(hi).withResponse()
      return { data, response, same: response.headers.get('x-request-id') }
    },
  },
  {
    name: 'as-response',
    run: async (t) => {
      const response = await chat(t).create(hi).asResponse()
      return { response: t.describe(response), body: await response.json() }
    },
  },
  {
    name: 'with-response-stream',
    run: async (t) => {
      const { data, response } = await chat(t)
        .create({ ...hi, stream: true })
        .withResponse()
      return { text: await textOf(data), status: response.status }
    },
  },
  { name: 'stream', run: async (t) => textOf(await chat(t).create({ ...hi, stream: true })) },
  {
    name: 'stream-chunks',
    script: 'tool',
    run: async (t) => {
      for await (const chunk of await chat(t).create({
        ...hi,
        stream: true,
        stream_options: { include_usage: true },
      }))
        t.note(chunk)
    },
  },
  {
    name: 'stream-shape',
    script: 'endless',
    run: async (t) => {
      const stream = await chat(t).create({ ...hi, stream: true })
      t.note(stream.constructor.name, Object.keys(stream).sort(), typeof stream.controller.abort)
      const iterator = stream[Symbol.asyncIterator]()
      t.note(
        Object.prototype.toString.call(iterator),
        typeof iterator.return,
        typeof iterator.throw,
        iterator[Symbol.asyncIterator]() === iterator,
      )
      const first = iterator.next()
      t.note(first instanceof Promise, await first)
      t.note(await iterator.return('done'), await iterator.next())
    },
  },
  {
    name: 'stream-twice',
    run: async (t) => {
      const stream = await chat(t).create({ ...hi, stream: true })
      t.note(await textOf(stream))
      return failureOf(textOf(stream))
    },
  },
  {
    name: 'stream-parallel-next',
    script: 'endless',
    run: async (t) => {
      const iterator = (await chat(t).create({ ...hi, stream: true }))[Symbol.asyncIterator]()
      const steps = await Promise.all(Array.from({ length: 5 }, () => iterator.next()))
      await iterator.return()
      return steps
    },
  },
  {
    name: 'stream-break',
    script: 'endless',
    run: async (t) => {
      const stream = await chat(t).create({ ...hi, stream: true })
      let seen = 0
      for await (const _chunk of stream) if (++seen === 3) break
      return { seen, aborted: stream.controller.signal.aborted }
    },
  },
  {
    name: 'stream-throw',
    script: 'endless',
    run: async (t) => {
      const error = new TypeError('mine')
      const caught = await failureOf(
        (async () => {
          for await (const _chunk of await chat(t).create({ ...hi, stream: true })) throw error
        })(),
      )
      return caught === error
    },
  },
  {
    name: 'stream-controller-abort',
    script: 'slow',
    run: async (t) => {
      const stream = await chat(t).create({ ...hi, stream: true })
      let seen = 0
      for await (const _chunk of stream) if (++seen === 2) stream.controller.abort()
      // What had arrived by then still comes.
      return seen >= 2
    },
  },
  {
    name: 'stream-signal-abort',
    script: 'slow',
    run: async (t) => {
      const controller = new AbortController()
      const stream = await chat(t).create({ ...hi, stream: true }, { signal: controller.signal })
      let seen = 0
      return failureOf(
        (async () => {
          for await (const _chunk of stream) if (++seen === 2) controller.abort()
          return seen >= 2
        })(),
      )
    },
  },
  {
    name: 'stream-tee',
    run: async (t) => {
      const [left, right] = (await chat(t).create({ ...hi, stream: true })).tee()
      return Promise.all([textOf(left), textOf(right)])
    },
  },
  {
    name: 'stream-to-readable',
    run: async (t) => {
      const readable = (await chat(t).create({ ...hi, stream: true })).toReadableStream()
      let text = ''
      for await (const chunk of readable) text += Buffer.from(chunk).toString()
      return text
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) =>
      failureOf(textOf(await chat(t).create({ ...hi, stream: true }))).then((error) => ({
        error: error instanceof Error,
      })),
  },
  {
    name: 'stream-error-event',
    script: 'stream-error',
    run: async (t) => failureOf(textOf(await chat(t).create({ ...hi, stream: true }))),
  },
  {
    name: 'stream-malformed',
    script: 'malformed',
    run: async (t) => {
      const { error } = console
      console.error = () => undefined
      try {
        return (await failureOf(textOf(await chat(t).create({ ...hi, stream: true })))).constructor.name
      } finally {
        console.error = error
      }
    },
  },
  {
    name: 'stream-stalled-abort',
    script: 'stall',
    run: async (t) => {
      const controller = new AbortController()
      const stream = await chat(t).create({ ...hi, stream: true }, { signal: controller.signal })
      const reading = failureOf(textOf(stream))
      setTimeout(() => controller.abort(), 100)
      return reading
    },
  },
  {
    name: 'stream-never-read',
    script: 'endless',
    run: async (t) => {
      const stream = await chat(t).create({ ...hi, stream: true })
      stream.controller.abort()
      return stream.constructor.name
    },
  },
  {
    name: 'stream-dropped',
    run: async (t) => {
      await (async () => {
        const iterator = (await chat(t).create({ ...hi, stream: true }))[Symbol.asyncIterator]()
        await iterator.next()
      })()
      for (let turn = 0; turn < 10; turn += 1) {
        await t.settle(5)
        t.gc()
      }
    },
  },
  {
    name: 'promise-dropped',
    run: async (t) => {
      const arrived = async () => {
        const promise = chat(t).create(hi)
        await promise.asResponse().then((response) => response.text())
      }
      await arrived()
      ;(() => void chat(t).create(hi))()
      for (let turn = 0; turn < 8; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        t.gc()
      }
    },
  },
  { name: 'error-400', script: 'error-400', run: (t) => failureOf(chat(t).create(hi)) },
  { name: 'error-401', script: 'error-401', run: (t) => failureOf(chat(t).create(hi)) },
  {
    name: 'error-429',
    script: 'error-429',
    run: (t) => failureOf(chat(t, 'error-429', { maxRetries: 1 }).create(hi)),
  },
  {
    name: 'error-500',
    script: 'error-500',
    run: (t) => failureOf(chat(t, 'error-500', { maxRetries: 1 }).create(hi)),
  },
  {
    name: 'error-400-stream',
    script: 'error-400',
    run: (t) => failureOf(chat(t).create({ ...hi, stream: true })),
  },
  {
    name: 'error-400-as-response',
    script: 'error-400',
    run: (t) => failureOf(chat(t).create(hi).asResponse()),
  },
  {
    name: 'error-400-with-response',
    script: 'error-400',
    run: (t) => failureOf(chat(t).create(hi).withResponse()),
  },
  { name: 'retry-429', script: 'retry-429', run: (t) => chat(t).create(hi) },
  { name: 'retry-500', script: 'retry-500', run: (t) => chat(t, 'retry-500', { maxRetries: 2 }).create(hi) },
  { name: 'retry-reset', script: 'retry-reset', run: (t) => chat(t).create(hi) },
  {
    name: 'timeout',
    script: 'hang',
    run: (t) => failureOf(chat(t, 'hang', { timeout: 80, maxRetries: 0 }).create(hi)),
  },
  { name: 'not-json', script: 'not-json', run: (t) => chat(t).create(hi) },
  { name: 'empty-json', script: 'empty-json', run: (t) => failureOf(chat(t).create(hi)) },
  {
    name: 'abort-before',
    run: (t) => {
      const controller = new AbortController()
      controller.abort()
      return failureOf(chat(t).create(hi, { signal: controller.signal }))
    },
  },
  {
    name: 'abort-during',
    script: 'hang',
    run: (t) => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 80)
      return failureOf(chat(t).create(hi, { signal: controller.signal }))
    },
  },
  {
    name: 'rejection-unhandled',
    script: 'error-400',
    run: async (t) => {
      void chat(t)
        .create(hi)
        .then(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 150))
    },
  },
  {
    name: 'rejection-forgotten',
    script: 'error-400',
    run: async (t) => {
      void chat(t).create(hi)
      await new Promise((resolve) => setTimeout(resolve, 150))
    },
  },
  {
    name: 'rejection-handled-late',
    script: 'error-400',
    run: async (t) => {
      const promise = chat(t).create(hi)
      await new Promise((resolve) => setTimeout(resolve, 150))
      return failureOf(promise)
    },
  },
  {
    name: 'then-chain',
    run: async (t) => {
      const promise = chat(t).create(hi)
      const chained = promise.then((completion) => {
        t.note('then', completion.id)
        return completion.choices[0].message
      })
      t.note(chained instanceof Promise, chained.constructor.name)
      const last = await chained.then(({ content }) => content).finally(() => t.note('finally'))
      return {
        last,
        again: (await promise).id,
        same: (await promise) === (await promise.catch(() => undefined)),
      }
    },
  },
  {
    name: 'catch',
    script: 'error-400',
    run: (t) =>
      chat(t)
        .create(hi)
        .catch((error) => ({ caught: error })),
  },
  { name: 'bad-arguments', run: (t) => failureOf((async () => chat(t).create())()) },
  {
    name: 'order',
    run: async (t) => {
      const promise = chat(t).create(hi)
      const done = promise.then(() => t.note('first'))
      void promise.then(() => t.note('second'))
      queueMicrotask(() => t.note('microtask'))
      t.note('sync')
      await done
      t.note('third')
      await t.settle()
    },
  },
  {
    name: 'async-context',
    run: async (t) => {
      const { AsyncLocalStorage } = await import('node:async_hooks')
      const storage = new AsyncLocalStorage()
      return storage.run('mine', async () => {
        const seen = []
        for await (const _chunk of await chat(t).create({ ...hi, stream: true }))
          seen.push(storage.getStore())
        return { seen: [...new Set(seen)], after: storage.getStore() }
      })
    },
  },
  {
    name: 'with-options',
    needs: (t) => typeof make(t).withOptions === 'function',
    run: async (t) => {
      const client = make(t).withOptions({ maxRetries: 0, defaultHeaders: { 'x-mine': 'yes' } })
      t.note(client.constructor.name, client.maxRetries)
      return client.chat.completions.create(hi)
    },
  },
  {
    name: 'subclass',
    run: async (t) => {
      class Mine extends clientClass(t) {
        #secret = 7
        secret() {
          return this.#secret
        }
      }
      const client = new Mine({ apiKey: 'sk-test', baseURL: `${t.address()}/v1` })
      t.note(client.secret(), client instanceof clientClass(t), client.constructor.name)
      return client.chat.completions.create(hi)
    },
  },
  {
    name: 'own-fetch',
    run: async (t) => {
      const calls = []
      const own = (url, init) => {
        calls.push([typeof url, init?.method])
        return fetch(url, init)
      }
      const client = make(t, 'hello', { fetch: own })
      const { id } = await client.chat.completions.create(hi)
      return { id, calls }
    },
  },
  {
    name: 'two-clients',
    run: async (t) => {
      const [a, b] = [make(t), make(t)]
      return Promise.all([a.chat.completions.create(hi), b.chat.completions.create(hi)]).then(
        (all) => all.length,
      )
    },
  },
  {
    name: 'concurrent',
    run: async (t) => {
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          chat(t)
            .create({ ...hi, stream: index % 2 === 1 })
            .then(async (result) => (index % 2 === 1 ? textOf(result) : result.choices[0].message.content)),
        ),
      )
      return all
    },
  },
  {
    name: 'all-settled',
    script: 'error-400',
    run: (t) =>
      Promise.allSettled([chat(t).create(hi), chat(t).create(hi)]).then((all) =>
        all.map(({ status }) => status),
      ),
  },
  {
    name: 'parse',
    script: 'json',
    needs: hasParse,
    run: (t) => parserOf(make(t)).parse({ ...hi, response_format: format }),
  },
  {
    name: 'parse-error',
    script: 'error-400',
    needs: hasParse,
    run: (t) => failureOf(parserOf(make(t)).parse({ ...hi, response_format: format })),
  },
  {
    name: 'parse-with-response',
    script: 'json',
    needs: hasParse,
    run: async (t) => {
      const promise = parserOf(make(t)).parse({ ...hi, response_format: format })
      if (typeof promise.withResponse !== 'function') return promise
      const { data, response } = await promise.withResponse()
      return { data, status: response.status }
    },
  },
  {
    name: 'stream-helper',
    script: 'tool',
    needs: (t) => hasParse(t) && typeof parserOf(make(t)).stream === 'function',
    run: async (t) => {
      const stream = parserOf(make(t)).stream(hi)
      stream.on('chunk', () => t.note('chunk'))
      stream.on('end', () => t.note('end'))
      return stream.finalChatCompletion()
    },
  },
  {
    name: 'stream-helper-abort',
    script: 'slow',
    needs: (t) => hasParse(t) && typeof parserOf(make(t)).stream === 'function',
    run: async (t) => {
      const stream = parserOf(make(t)).stream(hi)
      stream.once('chunk', () => stream.abort())
      return failureOf(stream.finalChatCompletion())
    },
  },
  {
    name: 'run-tools',
    script: 'tools',
    needs: hasRunTools,
    run: async (t) => {
      const runner = runToolsOf(t).runTools({ ...hi, tools: weatherTools(t.note) })
      t.note(runner.constructor.name)
      const content = await runner.finalContent()
      return { content, messages: runner.messages.length, usage: await runner.totalUsage() }
    },
  },
  {
    name: 'run-tools-failing',
    script: 'tool',
    needs: hasRunTools,
    run: async (t) => {
      const failing = tool('get_weather', () => {
        throw new RangeError('no weather today')
      })
      return failureOf(
        runToolsOf(t)
          .runTools({ ...hi, tools: [failing] })
          .finalContent(),
      )
    },
  },
  {
    name: 'run-tools-stream',
    script: 'tool-twice',
    needs: hasRunTools,
    run: async (t) => {
      const runner = runToolsOf(t).runTools({ ...hi, stream: true, tools: weatherTools(t.note) })
      return runner.finalContent()
    },
  },
  {
    name: 'responses',
    needs: hasResponses,
    run: (t) => make(t).responses.create({ model: 'gpt-4o', instructions: 'Be kind.', input: 'Hi!' }),
  },
  {
    name: 'responses-tool-call',
    script: 'tool',
    needs: hasResponses,
    run: (t) =>
      make(t).responses.create({
        model: 'gpt-4o',
        input: [{ role: 'user', content: 'Weather?' }],
        tools: [
          {
            type: 'function',
            name: 'get_weather',
            parameters: { type: 'object', properties: {} },
            strict: true,
          },
        ],
      }),
  },
  {
    name: 'responses-reasoning',
    script: 'reasoning',
    needs: hasResponses,
    run: (t) =>
      make(t)
        .responses.create({ model: 'gpt-4o', input: 'Hi!' })
        .then(({ usage }) => usage),
  },
  {
    name: 'responses-stream',
    script: 'tool',
    needs: hasResponses,
    run: async (t) => {
      for await (const event of await make(t).responses.create({
        model: 'gpt-4o',
        input: 'Hi!',
        stream: true,
      }))
        t.note(event)
    },
  },
  {
    name: 'responses-stream-break',
    script: 'endless',
    needs: hasResponses,
    run: async (t) => {
      for await (const event of await make(t).responses.create({
        model: 'gpt-4o',
        input: 'Hi!',
        stream: true,
      })) {
        if (event.type === 'response.output_text.delta' && event.delta.includes('word2')) break
      }
    },
  },
  {
    name: 'responses-parse',
    script: 'json',
    needs: method('responses', 'parse'),
    run: (t) =>
      make(t).responses.parse({
        model: 'gpt-4o',
        input: 'Hi!',
        text: { format: { type: 'json_schema', name: 'weather', schema: { type: 'object' } } },
      }),
  },
  {
    name: 'responses-stream-helper',
    needs: method('responses', 'stream'),
    run: async (t) => {
      const stream = make(t).responses.stream({ model: 'gpt-4o', input: 'Hi!' })
      return stream.finalResponse()
    },
  },
  {
    name: 'responses-error',
    script: 'error-401',
    needs: hasResponses,
    run: (t) => failureOf(make(t).responses.create({ model: 'gpt-4o', input: 'Hi!' })),
  },
  {
    name: 'responses-incomplete',
    script: 'length',
    needs: hasResponses,
    run: (t) =>
      make(t)
        .responses.create({ model: 'gpt-4o', input: 'Hi!' })
        .then(({ status }) => status),
  },
  {
    name: 'completions',
    run: (t) => make(t).completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Hi!' }),
  },
  {
    name: 'completions-stream',
    run: async (t) => {
      let text = ''
      for await (const chunk of await make(t).completions.create({
        model: 'gpt-3.5-turbo-instruct',
        prompt: 'Hi!',
        stream: true,
      }))
        text += chunk.choices[0].text
      return text
    },
  },
  {
    name: 'embeddings',
    run: (t) => make(t).embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'] }),
  },
  {
    name: 'embeddings-float',
    run: (t) =>
      make(t).embeddings.create({ model: 'text-embedding-3-small', input: 'one', encoding_format: 'float' }),
  },
  {
    name: 'embeddings-with-response',
    run: async (t) => {
      const { data, response } = await make(t)
        .embeddings.create({ model: 'text-embedding-3-small', input: 'one' })
        .withResponse()
      return { data, status: response.status }
    },
  },
  { name: 'images', run: (t) => make(t).images.generate({ model: 'gpt-image-1', prompt: 'a cat' }) },
  {
    name: 'speech',
    needs: method('audio', 'speech', 'create'),
    run: async (t) => {
      const response = await make(t).audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello.' })
      return { described: t.describe(response), text: await response.text() }
    },
  },
  {
    name: 'transcription',
    run: async (t) =>
      make(t).audio.transcriptions.create({
        model: 'gpt-4o-transcribe',
        file: new File(['sound'], 'sound.mp3'),
      }),
  },
  { name: 'moderations', run: (t) => make(t).moderations.create({ input: 'I will hurt you' }) },
  {
    name: 'models',
    run: async (t) => {
      const seen = []
      for await (const model of make(t).models.list()) seen.push(model.id)
      return seen
    },
  },
  {
    name: 'batches',
    needs: method('batches', 'create'),
    run: (t) =>
      make(t).batches.create({
        input_file_id: 'file-1',
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      }),
  },
  {
    name: 'files',
    run: async (t) =>
      make(t).files.create({ file: new File(['{"line":1}\n'], 'lines.jsonl'), purpose: 'batch' }),
  },
  {
    name: 'files-content',
    needs: method('files', 'content'),
    run: async (t) => (await make(t).files.content('file-1')).text(),
  },
  {
    name: 'azure',
    needs: (t) => typeof (t.sdk.AzureOpenAI ?? t.sdk.default?.AzureOpenAI) === 'function',
    run: (t) => {
      const Azure = t.sdk.AzureOpenAI ?? t.sdk.default.AzureOpenAI
      const client = new Azure({
        apiKey: 'key',
        baseURL: `${t.address()}/openai`,
        apiVersion: '2024-10-21',
        deployment: 'gpt-4o',
      })
      return client.chat.completions.create(hi)
    },
  },
]
