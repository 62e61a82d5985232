// Forms in which a program uses LangChain and LangGraph. Each probe returns and notes what it saw.
import { graphProbes } from './graph-probes.mjs'
import {
  all,
  ask,
  chat,
  claude,
  collect,
  outcome,
  ownModel,
  ownRetriever,
  ownStore,
  ownTool,
  question,
  seen,
  some,
  weather,
} from './parts.mjs'

const has = (name) => (t) => t.sdk.lib[name] !== undefined
const sayer = (t, model) =>
  t.sdk.lib.ChatPromptTemplate.fromTemplate('Say {word}').pipe(model).pipe(new t.sdk.lib.StringOutputParser())
const say = { word: 'hello' }

/** A handler that notes everything that it hears, in order. */
const listener = (t, name = 'listener') => {
  const heard =
    (event) =>
    (...args) =>
      t.note(name, event, args.length, typeof args.at(-1))
  return {
    handleChainStart: heard('chain start'),
    handleChainEnd: heard('chain end'),
    handleChainError: heard('chain error'),
    handleChatModelStart: heard('chat start'),
    handleLLMNewToken: (token) => t.note(name, 'token', token),
    handleLLMEnd: heard('llm end'),
    handleLLMError: heard('llm error'),
    handleToolStart: (_tool, input) => t.note(name, 'tool start', input),
    handleToolEnd: (output) => t.note(name, 'tool end', seen(t, output)),
    handleToolError: (error) => t.note(name, 'tool error', String(error)),
    handleRetrieverEnd: (found) => t.note(name, 'found', found.length),
    handleCustomEvent: (event, data) => t.note(name, event, data),
  }
}

const models = [
  { name: 'invoke', run: async (t) => seen(t, await chat(t).invoke('Hi!')) },
  {
    name: 'invoke-messages',
    run: async (t) => {
      const { SystemMessage, HumanMessage, AIMessage, ToolMessage } = t.sdk.lib
      const given = [
        new SystemMessage('Be kind.'),
        new HumanMessage({
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          ],
        }),
        new AIMessage({ content: '', tool_calls: [{ id: 'c1', name: 'look', args: { at: 'it' } }] }),
        new ToolMessage({ content: 'a cat', tool_call_id: 'c1', name: 'look' }),
      ]
      const before = JSON.stringify(given)
      const answer = await chat(t).invoke(given)
      return [seen(t, answer), before === JSON.stringify(given)]
    },
  },
  {
    name: 'tool-call',
    script: 'tool',
    run: async (t) => {
      const model = chat(t).bindTools([weather(t)])
      return seen(t, await model.invoke('How is the weather?', { stop: ['\n'] }))
    },
  },
  { name: 'reasoning', script: 'reasoning', run: async (t) => seen(t, await chat(t).invoke('Hi!')) },
  { name: 'cached', script: 'cached', run: async (t) => seen(t, await chat(t).invoke('Hi!')) },
  { name: 'stream', run: (t) => all(t, chat(t).stream('Hi!')) },
  {
    name: 'stream-tool',
    script: 'tool',
    run: (t) =>
      all(
        t,
        chat(t)
          .bindTools([weather(t)])
          .stream('Hi!'),
      ),
  },
  { name: 'stream-break', script: 'slow', run: (t) => some(t, chat(t).stream('Hi!'), 4) },
  {
    name: 'stream-dropped',
    script: 'slow',
    run: async (t) => {
      // Nobody reads on, and nobody holds it.
      await (async () => {
        const stream = await sayer(t, chat(t)).stream(say)
        await stream.next()
      })()
      await collect(t)
    },
  },
  {
    name: 'stream-twice',
    run: async (t) => {
      const stream = await chat(t).stream('Hi!')
      const first = await stream.next()
      const rest = await all(t, stream)
      return [seen(t, first), rest.length, stream.constructor.name, await outcome(t, stream.next())]
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) => {
      const { error } = await outcome(t, all(t, chat(t).stream('Hi!')))
      return [error['[error]'], error.message]
    },
  },
  {
    name: 'stream-concat',
    run: async (t) => {
      let whole
      for await (const chunk of await chat(t).stream('Hi!')) whole = whole ? whole.concat(chunk) : chunk
      return seen(t, whole)
    },
  },
  {
    name: 'batch',
    run: async (t) => seen(t, await chat(t).batch(['One', 'Two', 'Three'], { maxConcurrency: 1 })),
  },
  {
    name: 'generate',
    run: async (t) =>
      seen(
        t,
        await chat(t).generate(
          [['Hi!'], ['Ho!']].map((list) => list.map((text) => new t.sdk.lib.HumanMessage(text))),
        ),
      ),
  },
  {
    name: 'retry',
    script: 'retry-500',
    run: async (t) => seen(t, await chat(t, undefined, { maxRetries: 3 }).invoke('Hi!')),
  },
  { name: 'error-401', script: 'error-401', run: (t) => outcome(t, chat(t).invoke('Hi!')) },
  { name: 'error-400-stream', script: 'error-400', run: (t) => outcome(t, all(t, chat(t).stream('Hi!'))) },
  { name: 'abort-before', run: (t) => outcome(t, chat(t).invoke('Hi!', { signal: AbortSignal.abort() })) },
  {
    name: 'abort-during',
    script: 'hang',
    run: async (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      return outcome(t, chat(t).invoke('Hi!', { signal: controller.signal }))
    },
  },
  {
    name: 'abort-stream',
    script: 'slow',
    run: async (t) => {
      const controller = new AbortController()
      const stream = await chat(t).stream('Hi!', { signal: controller.signal })
      const first = await stream.next()
      controller.abort()
      const { error } = await outcome(t, all(t, stream))
      return [seen(t, first), error !== undefined]
    },
  },
  {
    name: 'structured',
    script: 'json',
    run: async (t) => {
      const schema = t.sdk.lib.z.object({ city: t.sdk.lib.z.string(), degrees: t.sdk.lib.z.number() })
      return outcome(
        t,
        chat(t).withStructuredOutput(schema, { name: 'report', method: 'jsonMode' }).invoke('Hi!'),
      )
    },
  },
  {
    name: 'anthropic',
    needs: has('ChatAnthropic'),
    run: async (t) => seen(t, await claude(t).invoke('Hi!')),
  },
  {
    name: 'anthropic-cached',
    needs: has('ChatAnthropic'),
    script: 'cached',
    run: async (t) => seen(t, await claude(t).invoke('Hi!')),
  },
  { name: 'anthropic-stream', needs: has('ChatAnthropic'), run: (t) => all(t, claude(t).stream('Hi!')) },
  {
    name: 'anthropic-tool',
    needs: has('ChatAnthropic'),
    script: 'tool',
    run: async (t) =>
      seen(
        t,
        await claude(t)
          .bindTools([weather(t)])
          .invoke('Hi!'),
      ),
  },
  {
    name: 'own-model',
    run: async (t) => {
      const model = ownModel(t.sdk)
      const answer = await model.invoke('Hi!')
      const chunks = await all(t, model.stream('Hi!'))
      return [seen(t, answer), answer.id ?? 'no id', chunks]
    },
  },
  {
    name: 'own-model-fails',
    run: async (t) => {
      const model = ownModel(t.sdk, { fails: true })
      return [await outcome(t, model.invoke('Hi!')), await outcome(t, all(t, model.stream('Hi!')))]
    },
  },
  {
    name: 'own-llm',
    run: async (t) => {
      class OwnLLM extends t.sdk.lib.LLM {
        static lc_name() {
          return 'OwnLLM'
        }
        _llmType() {
          return 'own'
        }
        async _call(prompt, _options, runManager) {
          await runManager?.handleLLMNewToken('t')
          return `answer to ${prompt}`
        }
      }
      const llm = new OwnLLM({})
      return [await llm.invoke('one'), await llm.batch(['two', 'three']), await all(t, llm.stream('four'))]
    },
  },
  {
    name: 'fallbacks',
    run: async (t) => {
      const model = ownModel(t.sdk, { fails: true }).withFallbacks({
        fallbacks: [ownModel(t.sdk, { text: 'saved' })],
      })
      return seen(t, await model.invoke('Hi!'))
    },
  },
]

const chains = [
  { name: 'chain-stream', run: (t) => all(t, sayer(t, chat(t)).stream(say)) },
  { name: 'chain', run: (t) => sayer(t, chat(t)).invoke(say) },
  { name: 'chain-stream-break', script: 'slow', run: (t) => some(t, sayer(t, chat(t)).stream(say), 3) },
  { name: 'chain-batch', run: (t) => sayer(t, ownModel(t.sdk)).batch([say, { word: 'bye' }]) },
  {
    name: 'chain-batch-errors',
    run: async (t) =>
      seen(
        t,
        await sayer(t, ownModel(t.sdk, { fails: true })).batch([say, say], {}, { returnExceptions: true }),
      ),
  },
  { name: 'chain-wrong-input', run: (t) => outcome(t, sayer(t, ownModel(t.sdk)).invoke({})) },
  {
    name: 'parallel',
    run: (t) => {
      const { RunnableMap, RunnableLambda } = t.sdk.lib
      const slow = RunnableLambda.from(async (x) => {
        await t.settle(4)
        t.note('slow')
        return x + 1
      })
      const quick = RunnableLambda.from((x) => {
        t.note('quick')
        return x * 2
      })
      return RunnableMap.from({ slow, quick }).invoke(20)
    },
  },
  {
    name: 'named',
    run: async (t) => {
      const { RunnableLambda } = t.sdk.lib
      const inner = RunnableLambda.from((x, config) => {
        t.note(config?.metadata, config?.tags, Object.keys(config ?? {}).includes('signal'))
        return x
      }).withConfig({ runName: 'inner' })
      return inner.invoke(1, { runName: 'outer', tags: ['blue'], metadata: { tenant: 't-1' } })
    },
  },
  {
    name: 'stream-events',
    run: async (t) => {
      const events = []
      for await (const event of sayer(t, chat(t)).streamEvents(say, { version: 'v2' })) {
        events.push([event.event, event.name, event.tags, seen(t, event.data)])
      }
      return events
    },
  },
  {
    name: 'handlers',
    run: async (t) => {
      const chain = sayer(t, chat(t))
      const plain = await chain.invoke(say, { callbacks: [listener(t)] })
      const streamed = await all(t, chain.stream(say, { callbacks: [listener(t, 'streaming')] }))
      return [plain, streamed]
    },
  },
  {
    name: 'handler-class',
    run: async (t) => {
      class Own extends t.sdk.lib.BaseCallbackHandler {
        name = 'own'
        awaitHandlers = true
        async handleLLMEnd(output, runId, parentRunId) {
          t.note(seen(t, output), typeof runId, typeof parentRunId)
        }
      }
      return sayer(t, ownModel(t.sdk)).invoke(say, {
        callbacks: [new Own()],
        runId: '11111111-1111-4111-8111-111111111111',
      })
    },
  },
  {
    name: 'handler-throws',
    run: (t) => {
      class Strict extends t.sdk.lib.BaseCallbackHandler {
        name = 'strict'
        raiseError = true
        awaitHandlers = true
        handleChainStart() {
          throw new Error('not like this')
        }
      }
      return outcome(t, sayer(t, ownModel(t.sdk)).invoke(say, { callbacks: [new Strict()] }))
    },
  },
  {
    name: 'own-storage',
    run: async (t) => {
      const { AsyncLocalStorage } = await import('node:async_hooks')
      const { RunnableLambda } = t.sdk.lib
      const storage = new AsyncLocalStorage()
      const reads = RunnableLambda.from(() => storage.getStore())
      return storage.run('mine', () => reads.pipe((x) => `${x} ${storage.getStore()}`).invoke(1))
    },
  },
  {
    name: 'custom-event',
    run: (t) => {
      const { RunnableLambda, dispatchCustomEvent } = t.sdk.lib
      const work = RunnableLambda.from(async (x, config) => {
        await dispatchCustomEvent('half-way', { done: 0.5 }, config)
        return x
      }).withConfig({ runName: 'work' })
      return work.invoke(1, { callbacks: [listener(t)] })
    },
  },
]

const others = [
  {
    name: 'tool',
    run: async (t) => {
      const tool = weather(t)
      const call = { type: 'tool_call', id: 'c9', name: 'get_weather', args: { city: 'Rome' } }
      return [await tool.invoke({ city: 'Rome' }), seen(t, await tool.invoke(call))]
    },
  },
  {
    name: 'tool-fails',
    run: (t) =>
      outcome(
        t,
        weather(t, async () => {
          throw new RangeError('no such city')
        }).invoke({ city: 'Atlantis' }),
      ),
  },
  { name: 'tool-wrong-input', run: (t) => outcome(t, weather(t).invoke({ town: 'Rome' })) },
  {
    name: 'tool-own',
    run: async (t) => {
      const tool = ownTool(t.sdk)
      return [await tool.invoke({ word: 'a' }), await tool.invoke({ word: 'b' })]
    },
  },
  { name: 'retriever', run: async (t) => seen(t, await ownRetriever(t.sdk).invoke('cats')) },
  { name: 'retriever-fails', run: (t) => outcome(t, ownRetriever(t.sdk, true).invoke('cats')) },
  {
    name: 'vector-store',
    run: async (t) => {
      const store = ownStore(t.sdk)
      return [
        seen(t, await store.similaritySearch('one', 1)),
        seen(t, await store.asRetriever(1).invoke('two')),
      ]
    },
  },
  {
    name: 'embeddings',
    run: async (t) => {
      const embeddings = new t.sdk.lib.OpenAIEmbeddings({
        apiKey: 'k',
        openAIApiKey: 'k',
        batchSize: 1,
        configuration: { baseURL: `${t.address()}/v1` },
      })
      return [await embeddings.embedQuery('one'), await embeddings.embedDocuments(['two', 'three'])]
    },
  },
  {
    name: 'embeddings-fail',
    script: 'error-401',
    run: (t) => {
      const embeddings = new t.sdk.lib.OpenAIEmbeddings({
        apiKey: 'k',
        openAIApiKey: 'k',
        maxRetries: 0,
        configuration: { baseURL: `${t.address()}/v1` },
      })
      return outcome(t, embeddings.embedQuery('one'))
    },
  },
  {
    name: 'shapes',
    run: (t) => {
      const { ChatOpenAI, BaseChatModel, Runnable, StructuredTool } = t.sdk.lib
      const model = chat(t)
      t.note(model instanceof ChatOpenAI, model instanceof BaseChatModel, model instanceof Runnable)
      for (const [type, key] of [
        [Runnable, 'stream'],
        [BaseChatModel, 'generate'],
        [StructuredTool, 'call'],
        [ChatOpenAI, '_generate'],
      ]) {
        const { value, ...flags } = Object.getOwnPropertyDescriptor(type.prototype, key) ?? {}
        t.note(key, value?.name, value?.length, flags)
      }
      t.note(Object.keys(model).sort())
    },
  },
]

const agents = [
  {
    name: 'react-agent',
    script: 'tool',
    needs: has('createReactAgent'),
    run: async (t) => {
      const agent = t.sdk.lib.createReactAgent({ llm: chat(t), tools: [weather(t)] })
      return seen(t, await agent.invoke(question(t, 'How is the weather?')))
    },
  },
  {
    name: 'agent',
    script: 'tools',
    needs: has('createAgent'),
    run: async (t) => {
      const time = t.sdk.lib.tool(
        async () => {
          throw new Error('the clock stands still')
        },
        {
          name: 'get_time',
          description: 'Says the time',
          schema: t.sdk.lib.z.object({ zone: t.sdk.lib.z.string() }),
        },
      )
      const agent = t.sdk.lib.createAgent({ model: chat(t), tools: [weather(t), time], name: 'clerk' })
      return outcome(t, agent.invoke(ask('Weather and time?'), { configurable: { thread_id: 'thread-1' } }))
    },
  },
  {
    name: 'agent-stream',
    script: 'tool',
    needs: has('createAgent'),
    run: (t) => {
      const agent = t.sdk.lib.createAgent({ model: chat(t), tools: [weather(t)] })
      return all(t, agent.stream(ask('Weather?'), { streamMode: ['updates', 'messages'] }))
    },
  },
]

// A chain first: models must be known that nothing but a chain has used.
export const probes = [...chains, ...models, ...others, ...agents, ...graphProbes]
