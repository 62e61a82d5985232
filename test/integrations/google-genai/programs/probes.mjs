// Every form in which a program calls Google's GenAI client. Each probe returns and notes what it saw.

import { hi, make, models, textOf, undated } from './clients.mjs'
import { errorProbes } from './error-probes.mjs'
import { functionProbes } from './function-probes.mjs'
import { streamProbes } from './stream-probes.mjs'

const generate = async (t, params, options) =>
  undated(await models(t, undefined, options).generateContent(params))
const onVertex = { apiKey: 'test-key', vertexai: true }

const plainProbes = [
  { name: 'content', run: (t) => generate(t, hi) },
  {
    name: 'content-parameters',
    script: 'tool',
    run: (t) =>
      generate(t, {
        ...hi,
        config: {
          systemInstruction: 'Be kind.',
          temperature: 0.5,
          topP: 0.9,
          topK: 40,
          maxOutputTokens: 200,
          stopSequences: ['END'],
          seed: 7,
          responseMimeType: 'application/json',
          thinkingConfig: { thinkingBudget: 512 },
          httpOptions: { headers: { 'x-secret': 'do not record' } },
          tools: [
            {
              functionDeclarations: [
                {
                  name: 'get_weather',
                  description: 'Says how the weather is',
                  parametersJsonSchema: {
                    type: 'object',
                    properties: { city: { type: 'string' } },
                    required: ['city'],
                  },
                },
              ],
            },
          ],
        },
      }),
  },
  {
    name: 'content-conversation',
    run: (t) =>
      generate(t, {
        ...hi,
        contents: [
          { role: 'user', parts: [{ text: 'Weather in Paris?' }] },
          { role: 'model', parts: [{ functionCall: { name: 'get_weather', args: { city: 'Paris' } } }] },
          {
            role: 'user',
            parts: [{ functionResponse: { name: 'get_weather', response: { output: 'sunny' } } }],
          },
          {
            role: 'user',
            parts: [{ inlineData: { mimeType: 'image/png', data: 'aGVsbG8=' } }, { text: 'And this?' }],
          },
        ],
      }),
  },
  { name: 'content-cached', script: 'cached', run: (t) => generate(t, hi) },
  { name: 'content-thoughts', script: 'reasoning', run: (t) => generate(t, hi) },
  { name: 'content-length', script: 'length', run: (t) => generate(t, hi) },
  { name: 'content-refused', script: 'refusal', run: (t) => generate(t, hi) },
  {
    name: 'response-shape',
    run: async (t) => {
      const response = await models(t).generateContent(hi)
      t.note(response.constructor.name, Object.keys(response).sort(), response.text, response.functionCalls)
    },
  },
  {
    name: 'promise-shape',
    run: async (t) => {
      const promise = models(t).generateContent(hi)
      t.note(promise instanceof Promise, promise.constructor.name, Object.keys(promise))
      return (await promise).text
    },
  },
  {
    name: 'client-shape',
    run: async (t) => {
      const client = make(t)
      const { models: first } = client
      t.note(client.models === first, Object.keys(client.models), client.models.constructor.name)
      const { generateContent } = client.models
      t.note(generateContent.name, generateContent.length, Object.hasOwn(client.models, 'generateContent'))
      t.note(Object.getOwnPropertyDescriptor(client.models, 'generateContent').enumerable)
      t.note((await generateContent(hi)).text)
    },
  },
  {
    name: 'then-chain',
    run: async (t) => {
      const promise = models(t).generateContent(hi)
      const last = await promise.then((response) => response.text).finally(() => t.note('finally'))
      return { last, same: (await promise) === (await promise.then((response) => response)) }
    },
  },
  {
    name: 'order',
    run: async (t) => {
      const promise = models(t).generateContent(hi)
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
        for await (const _chunk of await models(t).generateContentStream(hi)) seen.push(storage.getStore())
        return { seen: [...new Set(seen)], after: storage.getStore() }
      })
    },
  },
  {
    name: 'two-clients',
    run: (t) =>
      Promise.all([models(t).generateContent(hi), models(t).generateContent(hi)]).then((all) => all.length),
  },
  {
    name: 'concurrent',
    run: (t) =>
      Promise.all(
        Array.from({ length: 8 }, async (_, index) =>
          index % 2 === 1
            ? textOf(await models(t).generateContentStream(hi))
            : (await models(t).generateContent(hi)).text,
        ),
      ),
  },
  {
    name: 'subclass',
    run: async (t) => {
      class Mine extends t.sdk.GoogleGenAI {
        #secret = 7
        secret() {
          return this.#secret
        }
      }
      const client = new Mine({ apiKey: 'test-key', httpOptions: { baseUrl: t.address() } })
      t.note(client.secret(), client.constructor.name)
      return (await client.models.generateContent(hi)).text
    },
  },
  {
    name: 'chat',
    run: async (t) => {
      const chat = make(t).chats.create({ model: 'gemini-2.5-flash' })
      const first = await chat.sendMessage({ message: 'Hi!' })
      let second = ''
      for await (const chunk of await chat.sendMessageStream({ message: 'And now?' })) second += chunk.text
      return [first.text, second, chat.getHistory().length]
    },
  },
  { name: 'vertex', run: (t) => generate(t, hi, onVertex) },
  {
    name: 'embeddings',
    run: async (t) =>
      undated(await models(t).embedContent({ model: 'gemini-embedding-001', contents: ['one', 'two'] })),
  },
  {
    name: 'embeddings-vertex',
    run: async (t) =>
      undated(
        await models(t, 'hello', onVertex).embedContent({
          model: 'text-embedding-005',
          contents: 'one',
          config: { outputDimensionality: 3 },
        }),
      ),
  },
  {
    name: 'images',
    run: async (t) => {
      const { warn } = console
      console.warn = () => undefined
      try {
        const request = { model: 'imagen-4.0-generate-001', prompt: 'a cat', config: { numberOfImages: 1 } }
        return undated(await models(t, 'hello', onVertex).generateImages(request))
      } finally {
        console.warn = warn
      }
    },
  },
  { name: 'count-tokens', run: async (t) => undated(await models(t).countTokens(hi)) },
  {
    name: 'bad-arguments',
    run: (t) =>
      models(t)
        .generateContent({})
        .catch((error) => ({ caught: error })),
  },
]

export const probes = [...plainProbes, ...streamProbes, ...errorProbes, ...functionProbes]
