// Every way in which a program uses LlamaIndex.
import { agent, embeddings, found, model, outcome, retriever, seen, time, untold, weather } from './parts.mjs'
import { workflowProbes } from './workflow-probes.mjs'

const hi = [{ role: 'user', content: 'Hi!' }]

const models = [
  {
    name: 'chat',
    run: async (t) => {
      const { message } = await model(t).chat({ messages: [{ role: 'system', content: 'Be brief.' }, ...hi] })
      return message
    },
  },
  {
    name: 'chat-tools',
    script: 'tool',
    run: async (t) => (await model(t).chat({ messages: hi, tools: [weather(t)] })).message,
  },
  { name: 'complete', run: async (t) => (await model(t).complete({ prompt: 'Hi!' })).text },
  {
    name: 'responses',
    run: async (t) => {
      const llm = new t.sdk.lib.OpenAIResponses({
        model: 'gpt-4o',
        apiKey: 'sk-test',
        baseURL: `${t.address()}/v1`,
      })
      return (await llm.chat({ messages: hi })).message.content
    },
  },
  {
    name: 'stream',
    run: async (t) => {
      let text = ''
      for await (const { delta } of await model(t).chat({ messages: hi, stream: true })) text += delta
      return text
    },
  },
  {
    name: 'stream-left',
    script: 'endless',
    run: async (t) => {
      for await (const { delta } of await model(t).chat({ messages: hi, stream: true }))
        if (delta) return delta
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: (t) =>
      outcome(async () => {
        for await (const { delta } of await model(t).chat({ messages: hi, stream: true })) t.note(delta)
      }),
  },
  { name: 'retry', script: 'retry-429', run: async (t) => (await model(t).chat({ messages: hi })).message },
  { name: 'error', script: 'error-400', run: (t) => outcome(() => model(t).chat({ messages: hi })) },
  {
    name: 'callbacks',
    run: async (t) => {
      const { Settings } = t.sdk.lib
      const told = ({ type, detail }) => t.note(type, Object.keys(detail).sort())
      for (const event of ['llm-start', 'llm-end']) Settings.callbackManager.on(event, told)
      const { message } = await model(t).chat({ messages: hi })
      await t.settle()
      for (const event of ['llm-start', 'llm-end']) Settings.callbackManager.off(event, told)
      return message
    },
  },
  {
    name: 'own-model',
    run: async (t) => {
      class Echo extends t.sdk.lib.ToolCallLLM {
        model = 'echo-1'
        supportToolCall = true
        metadata = { model: 'echo-1', temperature: 0, topP: 1, contextWindow: 100, tokenizer: undefined }
        async chat({ messages, stream }) {
          const content = `You said: ${messages.at(-1).content}`
          if (!stream)
            return {
              message: { role: 'assistant', content },
              raw: { usage: { input_tokens: 7, output_tokens: 3 } },
            }
          return (async function* () {
            yield { delta: 'You said: ', raw: null }
            yield {
              delta: messages.at(-1).content,
              raw: { usage: { prompt_tokens: 7, completion_tokens: 3 } },
            }
          })()
        }
      }
      const echo = new Echo()
      const { text } = await echo.complete({ prompt: 'Hi!' })
      return [text, seen(await agent(t, { llm: echo, tools: [] }).run('Hi!'))]
    },
  },
  {
    name: 'exec',
    script: 'exec',
    needs: ({ sdk }) => typeof sdk.lib.BaseLLM?.prototype.exec === 'function',
    run: async (t) => {
      const { newMessages, toolCalls } = await model(t).exec({ messages: hi, tools: [weather(t)] })
      return [newMessages.length, toolCalls]
    },
  },
]

const agents = [
  { name: 'agent', run: async (t) => seen(await agent(t).run('Hi!')) },
  { name: 'agent-tool', script: 'tool', run: async (t) => seen(await agent(t).run('Weather?')) },
  { name: 'agent-tools', script: 'tools', run: async (t) => seen(await agent(t).run('Weather?')) },
  {
    name: 'agent-history',
    run: async (t) =>
      seen(
        await agent(t).run('And now?', {
          chatHistory: [...hi, { role: 'assistant', content: 'Hello!' }],
        }),
      ),
  },
  {
    name: 'agent-stream',
    script: 'tool',
    run: async (t) => {
      const { agentStreamEvent, agentToolCallEvent, agentToolCallResultEvent } = t.sdk.lib
      for await (const event of agent(t).runStream('Weather?')) {
        if (agentStreamEvent.include(event)) t.note('said', event.data.delta)
        else if (agentToolCallEvent.include(event)) t.note('calls', event.data.toolName)
        else if (agentToolCallResultEvent.include(event)) t.note('result', event.data.toolOutput.result)
      }
    },
  },
  {
    name: 'agent-handoff',
    script: 'handoff',
    run: async (t) => {
      const llm = model(t)
      const refunds = agent(t, { name: 'Refunds', llm })
      const triage = t.sdk.lib.agent({ name: 'Triage', llm, tools: [time(t)], canHandoffTo: [refunds] })
      const { log } = console
      console.log = () => undefined
      try {
        return seen(
          await t.sdk.lib.multiAgent({ agents: [triage, refunds], rootAgent: triage }).run('Refund!'),
        )
      } finally {
        console.log = log
      }
    },
  },
  {
    name: 'agent-tool-works',
    script: 'tool',
    run: async (t) => {
      const execute = async ({ city }) => {
        const work = async () => `sunny in ${city}`
        return t.turnspan ? t.turnspan.withSpan(work, { name: 'inner' }) : work()
      }
      return seen(await agent(t, { tools: [weather(t, execute)] }).run('Weather?'))
    },
  },
  {
    name: 'agent-tool-asks',
    script: 'tool',
    run: async (t) => {
      const execute = async () =>
        (await model(t, 'hello', { model: 'gpt-4o-mini' }).complete({ prompt: 'Hi!' })).text
      return seen(await agent(t, { tools: [weather(t, execute)] }).run('Weather?'))
    },
  },
  {
    name: 'agent-tool-fails',
    script: 'tool',
    run: async (t) => {
      const execute = async () => {
        throw new RangeError('no such city')
      }
      const { error } = console
      console.error = (...said) => t.note('logged', said.length)
      try {
        return seen(await agent(t, { tools: [weather(t, execute)] }).run('Weather?'))
      } finally {
        console.error = error
      }
    },
  },
  { name: 'agent-fails', script: 'error-400', run: (t) => untold(() => agent(t).run('Hi!')) },
  { name: 'agent-asked-nothing', run: (t) => untold(() => agent(t).run('')) },
  {
    name: 'agents-together',
    run: async (t) =>
      (await Promise.all([agent(t).run('Hi!'), agent(t, { name: 'Other' }).run('Ho!')])).map(seen),
  },
]

const engines = [
  {
    name: 'retriever',
    run: async (t) => {
      const nodes = await retriever(t, () => found(t)).retrieve({ query: 'Weather?' })
      return nodes.map(({ node, score }) => [node.text, score])
    },
  },
  {
    name: 'retriever-fails',
    run: (t) =>
      outcome(() =>
        retriever(t, () => {
          throw new RangeError('no shelf')
        }).retrieve('Weather?'),
      ),
  },
  {
    name: 'query-engine',
    run: async (t) => {
      const { RetrieverQueryEngine, Settings } = t.sdk.lib
      const llm = model(t)
      return Settings.withLLM(llm, async () => {
        const engine = new RetrieverQueryEngine(retriever(t, () => found(t)))
        const response = await engine.query({ query: 'Weather?' })
        return [response.message, response.sourceNodes.length]
      })
    },
  },
  {
    name: 'query-engine-stream',
    run: async (t) => {
      const { RetrieverQueryEngine, Settings } = t.sdk.lib
      return Settings.withLLM(model(t), async () => {
        const engine = new RetrieverQueryEngine(retriever(t, () => found(t)))
        let text = ''
        for await (const piece of await engine.query({ query: 'Weather?', stream: true })) text += piece.delta
        return text
      })
    },
  },
  {
    name: 'chat-engine',
    run: async (t) => {
      const engine = new t.sdk.lib.SimpleChatEngine({ llm: model(t) })
      return (await engine.chat({ message: 'Hi!' })).message
    },
  },
  {
    name: 'index',
    run: async (t) => {
      const { Settings, VectorStoreIndex, Document } = t.sdk.lib
      return Settings.withEmbedModel(embeddings(t), () =>
        Settings.withLLM(model(t), async () => {
          const documents = ['Paris is sunny.', 'Rome is hot.'].map(
            (text) => new Document({ text, id_: text }),
          )
          const index = await VectorStoreIndex.fromDocuments(documents)
          const nodes = await index.asRetriever({ similarityTopK: 1 }).retrieve({ query: 'Weather?' })
          return nodes.length
        }),
      )
    },
  },
  {
    name: 'embeddings',
    run: async (t) => {
      const embedding = embeddings(t)
      const one = await embedding.getTextEmbedding('Hi!')
      const many = await embedding.getTextEmbeddingsBatch(['a', 'b'])
      return [one.length, many.length]
    },
  },
  {
    name: 'own-embeddings',
    run: async (t) => {
      class Own extends t.sdk.lib.BaseEmbedding {
        async getTextEmbedding(text) {
          return [text.length, 1]
        }
      }
      return [
        await new Own().getQueryEmbedding({ type: 'text', text: 'Hi!' }),
        await new Own().getTextEmbeddingsBatch(['a', 'b']),
      ]
    },
  },
]

export const probes = [...models, ...agents, ...engines, ...workflowProbes]
