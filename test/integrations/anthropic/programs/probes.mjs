// Every form in which a program calls the clients of Anthropic. Each probe returns and notes what it saw.

import { failureOf, hi, make, messages, textOf } from './clients.mjs'
import { cloudProbes } from './cloud-probes.mjs'
import { errorProbes } from './error-probes.mjs'
import { streamProbes } from './stream-probes.mjs'
import { toolProbes } from './tool-probes.mjs'

const weather = {
  name: 'get_weather',
  description: 'Says how the weather is',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const method =
  (...path) =>
  (tools) =>
    typeof path.reduce((at, key) => at?.[key], make(tools)) === 'function'

const plainProbes = [
  { name: 'message', run: (t) => messages(t).create(hi) },
  {
    name: 'message-parameters',
    script: 'tool',
    run: (t) =>
      messages(t).create({
        ...hi,
        system: 'Be kind.',
        temperature: 0.5,
        top_k: 40,
        top_p: 0.9,
        stop_sequences: ['END'],
        metadata: { user_id: 'somebody' },
        tools: [weather],
        tool_choice: { type: 'auto' },
      }),
  },
  {
    name: 'message-conversation',
    run: (t) =>
      messages(t).create({
        ...hi,
        tools: [weather],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Weather in Paris?' }] },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'I ask.', signature: 'c2ln' },
              { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'sunny' }] },
            ],
          },
        ],
      }),
  },
  { name: 'message-cached', script: 'cached', run: (t) => messages(t).create(hi) },
  {
    name: 'message-thinking',
    script: 'reasoning',
    run: (t) => messages(t).create({ ...hi, thinking: { type: 'enabled', budget_tokens: 1024 } }),
  },
  { name: 'message-length', script: 'length', run: (t) => messages(t).create(hi) },
  { name: 'message-refusal', script: 'refusal', run: (t) => messages(t).create(hi) },
  { name: 'message-server-tool', script: 'search', run: (t) => messages(t).create(hi) },
  {
    name: 'promise-shape',
    run: async (t) => {
      const promise = messages(t).create(hi)
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
      const { messages: first, beta } = client
      t.note(client.messages === first, client.beta === beta)
      const { create } = Object.getPrototypeOf(client.messages)
      t.note(
        create.name,
        create.length,
        Object.keys(Object.getPrototypeOf(client.messages)),
        Object.keys(client.messages),
      )
    },
  },
  {
    name: 'with-response',
    run: async (t) => {
      const { data, response } = await messages(t).create(hi).withResponse()
      return { data, response, same: response.headers.get('request-id') }
    },
  },
  {
    name: 'as-response',
    run: async (t) => {
      const response = await messages(t).create(hi).asResponse()
      return { response: t.describe(response), body: await response.json() }
    },
  },
  { name: 'request-id', run: async (t) => ({ id: (await messages(t).create(hi))._request_id ?? null }) },
  {
    name: 'then-chain',
    run: async (t) => {
      const promise = messages(t).create(hi)
      const chained = promise.then((message) => {
        t.note('then', message.id)
        return message.content[0]
      })
      t.note(chained instanceof Promise, chained.constructor.name)
      const last = await chained.then(({ text }) => text).finally(() => t.note('finally'))
      return {
        last,
        again: (await promise).id,
        same: (await promise) === (await chained.then(() => promise)),
      }
    },
  },
  {
    name: 'order',
    run: async (t) => {
      const promise = messages(t).create(hi)
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
    name: 'promise-dropped',
    run: async (t) => {
      await (async () => {
        await messages(t)
          .create(hi)
          .asResponse()
          .then((response) => response.text())
      })()
      ;(() => void messages(t).create(hi))()
      for (let turn = 0; turn < 20; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        t.gc()
      }
    },
  },
  {
    name: 'async-context',
    run: async (t) => {
      const { AsyncLocalStorage } = await import('node:async_hooks')
      const storage = new AsyncLocalStorage()
      return storage.run('mine', async () => {
        const seen = []
        for await (const _event of await messages(t).create({ ...hi, stream: true }))
          seen.push(storage.getStore())
        return { seen: [...new Set(seen)], after: storage.getStore() }
      })
    },
  },
  {
    name: 'with-options',
    needs: method('withOptions'),
    run: async (t) => {
      const client = make(t).withOptions({ maxRetries: 0, defaultHeaders: { 'x-mine': 'yes' } })
      t.note(client.constructor.name, client.maxRetries)
      return client.messages.create(hi)
    },
  },
  {
    name: 'subclass',
    run: async (t) => {
      const Base = t.sdk.Anthropic ?? t.sdk.default
      class Mine extends Base {
        #secret = 7
        secret() {
          return this.#secret
        }
      }
      const client = new Mine({ apiKey: 'sk-ant-test', baseURL: t.address() })
      t.note(client.secret(), client instanceof Base, client.constructor.name)
      return client.messages.create(hi)
    },
  },
  {
    name: 'own-fetch',
    run: async (t) => {
      const calls = []
      const client = make(t, 'hello', {
        fetch(url, init) {
          calls.push([typeof url, init?.method])
          return fetch(url, init)
        },
      })
      const { id } = await client.messages.create(hi)
      return { id, calls }
    },
  },
  {
    name: 'middleware',
    run: async (t) => {
      const seen = async (request, next, context) => {
        const response = await next(request)
        t.note(
          response.status,
          typeof context?.parse,
          context?.parse ? (await context.parse(response)).id : null,
        )
        return response
      }
      return messages(t, 'hello', { middleware: [seen] }).create(hi)
    },
  },
  {
    name: 'two-clients',
    run: (t) => Promise.all([messages(t).create(hi), messages(t).create(hi)]).then((all) => all.length),
  },
  {
    name: 'concurrent',
    run: (t) =>
      Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          messages(t)
            .create({ ...hi, stream: index % 2 === 1 })
            .then(async (result) => (index % 2 === 1 ? textOf(result) : result.content[0].text)),
        ),
      ),
  },
  {
    name: 'parse',
    script: 'json',
    needs: method('messages', 'parse'),
    run: async (t) => {
      const promise = messages(t).parse({
        ...hi,
        output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
      })
      t.note(promise.constructor.name)
      return promise
    },
  },
  {
    name: 'beta-message',
    needs: method('beta', 'messages', 'create'),
    run: (t) => make(t).beta.messages.create(hi),
  },
  {
    name: 'prompt-caching',
    script: 'cached',
    needs: method('beta', 'promptCaching', 'messages', 'create'),
    run: (t) => make(t).beta.promptCaching.messages.create(hi),
  },
  { name: 'count-tokens', needs: method('messages', 'countTokens'), run: (t) => messages(t).countTokens(hi) },
  {
    name: 'beta-count-tokens',
    needs: method('beta', 'messages', 'countTokens'),
    run: (t) => make(t).beta.messages.countTokens(hi),
  },
  {
    name: 'batches',
    needs: (t) => make(t).messages.batches !== undefined || make(t).beta.messages?.batches !== undefined,
    run: async (t) => {
      const batches = make(t).messages.batches ?? make(t).beta.messages.batches
      const { id } = await batches.create({ requests: [{ custom_id: 'one', params: hi }] })
      t.note((await batches.retrieve(id)).processing_status, (await batches.cancel(id)).processing_status)
      for await (const { custom_id, result } of await batches.results(id)) t.note(custom_id, result.type)
      if (batches.delete) t.note((await batches.delete(id)).type)
      return id
    },
  },
  {
    name: 'completions',
    needs: method('completions', 'create'),
    run: (t) =>
      make(t).completions.create({
        model: 'claude-2.1',
        max_tokens_to_sample: 10,
        prompt: '\n\nHuman: Hi\n\nAssistant:',
      }),
  },
  {
    name: 'completions-stream',
    needs: method('completions', 'create'),
    run: async (t) => {
      let text = ''
      for await (const { completion } of await make(t).completions.create({
        model: 'claude-2.1',
        max_tokens_to_sample: 10,
        prompt: '\n\nHuman: Hi\n\nAssistant:',
        stream: true,
      }))
        text += completion
      return text
    },
  },
  { name: 'bad-arguments', run: (t) => failureOf((async () => messages(t).create())()) },
]

export const probes = [...plainProbes, ...streamProbes, ...errorProbes, ...toolProbes, ...cloudProbes]
