// InvokeModel with the bodies of each vendor, and the ways in which a program calls `send`.
import { bodyOf, claude, clientOf, commandOf, eventsOf, jsonOf, optionsOf, send } from './clients.mjs'

const text = { prompt: 'Hi!', temperature: 0.5, top_p: 0.9 }

/** Model and body by vendor. */
const bodies = {
  claude: claude(),
  nova: bodyOf('amazon.nova-lite-v1:0', {
    schemaVersion: 'messages-v1',
    system: [{ text: 'Be kind.' }],
    messages: [{ role: 'user', content: [{ text: 'Hi!' }] }],
    inferenceConfig: { max_new_tokens: 200, temperature: 0.5, top_k: 40 },
  }),
  titan: bodyOf('amazon.titan-text-express-v1', {
    inputText: 'Hi!',
    textGenerationConfig: { maxTokenCount: 200, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
  }),
  llama: bodyOf('meta.llama3-8b-instruct-v1:0', { ...text, max_gen_len: 200 }),
  mistral: bodyOf('mistral.mistral-7b-instruct-v0:2', { ...text, max_tokens: 200, stop: ['END'] }),
  'mistral-large': bodyOf('mistral.mistral-large-2407-v1:0', {
    messages: [{ role: 'user', content: 'Hi!' }],
    max_tokens: 200,
  }),
  cohere: bodyOf('cohere.command-text-v14', { ...text, max_tokens: 200, k: 40, p: 0.9 }),
  'command-r': bodyOf('cohere.command-r-v1:0', {
    message: 'Hi!',
    preamble: 'Be kind.',
    chat_history: [
      { role: 'USER', message: 'Hello?' },
      { role: 'CHATBOT', message: 'Hello.' },
    ],
    max_tokens: 200,
  }),
}

const others = {
  'titan-embed': bodyOf('amazon.titan-embed-text-v2:0', { inputText: 'one', dimensions: 3 }),
  'cohere-embed': bodyOf('cohere.embed-english-v3', { texts: ['one', 'two'], input_type: 'search_document' }),
  image: bodyOf('amazon.titan-image-generator-v2:0', {
    taskType: 'TEXT_IMAGE',
    textToImageParams: { text: 'a cat' },
    imageGenerationConfig: { seed: 7 },
  }),
}

const invoked = async (t, input, extra) => {
  const output = await send(t, 'InvokeModel', input, extra)
  t.note(output.body.constructor.name, Object.keys(output).sort())
  return jsonOf(output.body)
}

const open = async (t, input, script) =>
  (await send(t, 'InvokeModelWithResponseStream', input, { script })).body

export const invokeProbes = [
  ...Object.entries({ ...bodies, ...others }).map(([vendor, input]) => ({
    name: `invoke-${vendor}`,
    run: (t) => invoked(t, input),
  })),
  ...Object.entries(bodies).map(([vendor, input]) => ({
    name: `invoke-stream-${vendor}`,
    run: async (t) => eventsOf(await open(t, input)),
  })),
  { name: 'invoke-tool', script: 'tool', run: (t) => invoked(t, bodies['mistral-large']) },
  { name: 'invoke-cached', script: 'cached', run: (t) => invoked(t, bodies.claude) },
  {
    name: 'invoke-stream-cached',
    script: 'cached',
    run: async (t) => eventsOf(await open(t, bodies.claude)),
  },
  { name: 'invoke-stream-tool', script: 'tool', run: async (t) => eventsOf(await open(t, bodies.nova)) },
  {
    name: 'invoke-bytes',
    run: (t) => invoked(t, { ...bodies.llama, body: new TextEncoder().encode(bodies.llama.body) }),
  },
  {
    name: 'invoke-no-json',
    run: (t) => invoked(t, { ...bodies.llama, contentType: 'text/plain', body: 'no json' }),
  },
  {
    name: 'callback',
    run: (t) =>
      new Promise((resolve) => {
        const returned = clientOf(t).send(commandOf(t, 'InvokeModel', bodies.claude), (...results) => {
          t.note(results.length, results[0])
          resolve(jsonOf(results[1].body))
        })
        t.note(returned)
      }),
  },
  {
    name: 'callback-with-options',
    run: (t) =>
      new Promise((resolve) => {
        const tell = (...results) => resolve([results.length, jsonOf(results[1].body)])
        clientOf(t).send(commandOf(t, 'InvokeModel', bodies.claude), {}, tell)
      }),
  },
  {
    name: 'callback-error',
    script: 'error-400',
    run: (t) =>
      new Promise((resolve) => {
        const tell = (...results) => resolve([results.length, results[0]])
        clientOf(t).send(commandOf(t, 'InvokeModel', bodies.claude), tell)
      }),
  },
  {
    name: 'callback-throws',
    run: (t) =>
      new Promise((resolve) => {
        clientOf(t).send(commandOf(t, 'InvokeModel', bodies.claude), () => {
          setImmediate(resolve, 'swallowed')
          throw new Error('mine')
        })
      }),
  },
  {
    name: 'callback-context',
    run: async (t) => {
      const { AsyncLocalStorage } = await import('node:async_hooks')
      const storage = new AsyncLocalStorage()
      const command = commandOf(t, 'InvokeModel', bodies.claude)
      const seen = (resolve) =>
        storage.run('mine', () =>
          clientOf(t).send(command, () => {
            // What the program does there is no part of the call that is over.
            if (t.turnspan) t.turnspan.withSpan(() => undefined, { name: 'after the call' })
            resolve(storage.getStore())
          }),
        )
      return new Promise(seen)
    },
  },
  {
    name: 'command-twice',
    run: async (t) => {
      const [client, command] = [clientOf(t), commandOf(t, 'InvokeModel', bodies.claude)]
      const both = await Promise.all([client.send(command), client.send(command)])
      return [both.length, command.middlewareStack.identify()]
    },
  },
  {
    name: 'handlers-cached',
    run: async (t) => {
      const client = clientOf(t, undefined, { cacheMiddleware: true })
      for (let time = 0; time < 3; time += 1)
        await client.send(commandOf(t, 'InvokeModel', bodies['mistral-large']))
      return client.middlewareStack.identify()
    },
  },
  {
    name: 'own-middleware',
    run: async (t) => {
      const client = clientOf(t)
      client.middlewareStack.add(
        (next, context) => async (args) => {
          t.note(context.commandName, Object.keys(args).sort())
          const result = await next(args)
          t.note(Object.keys(result).sort(), result.response.statusCode)
          result.output.mine = true
          return result
        },
        { step: 'build', name: 'mine', tags: ['MINE'] },
      )
      const command = commandOf(t, 'InvokeModel', bodies.claude)
      command.middlewareStack.add(
        (next) => (args) => {
          args.request.headers['x-mine'] = 'yes'
          return next(args)
        },
        { step: 'finalizeRequest', name: 'header' },
      )
      const output = await client.send(command)
      return [output.mine, client.middlewareStack.identify(), command.middlewareStack.identify()]
    },
  },
  {
    name: 'other-command',
    run: async (t) => {
      class Mine extends t.sdk.InvokeModelCommand {
        #secret = 7
        secret() {
          return this.#secret
        }
      }
      const command = new Mine(bodies.claude)
      const output = await clientOf(t).send(command)
      return [command.secret(), command.constructor.name, output.$metadata.httpStatusCode]
    },
  },
  {
    name: 'subclass',
    run: async (t) => {
      class Mine extends t.sdk.BedrockRuntimeClient {
        #secret = 7
        async send(...args) {
          return [this.#secret, (await super.send(...args)).$metadata.attempts]
        }
      }
      return new Mine(optionsOf(t.address())).send(commandOf(t, 'InvokeModel', bodies.claude))
    },
  },
  {
    name: 'order',
    run: async (t) => {
      const promise = clientOf(t).send(commandOf(t, 'InvokeModel', bodies.claude))
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
    name: 'concurrent',
    run: (t) => {
      const client = clientOf(t)
      return Promise.all(
        Array.from({ length: 6 }, async (_, index) =>
          index % 2 === 1
            ? (
                await eventsOf(
                  (
                    await client.send(commandOf(t, 'InvokeModelWithResponseStream', bodies.llama))
                  ).body,
                )
              ).length
            : jsonOf((await client.send(commandOf(t, 'InvokeModel', bodies.llama))).body).stop_reason,
        ),
      )
    },
  },
]
