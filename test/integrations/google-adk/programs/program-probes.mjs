// What programs put into ADK, or do around it: plugins, callbacks, models and tools of their own.
import { agent, ask, gemini, listener, message, seen, start, weather } from './parts.mjs'

const outcome = async (work) => {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: error.constructor.name, message: error.message }
  }
}

const plugins = (t, ...answers) => ({
  runner: { plugins: answers.map((one, at) => listener(t, `p${at}`, one)) },
})

const failing = (t) =>
  weather(t, () => {
    throw new RangeError('no such city')
  })

export const programProbes = [
  {
    name: 'plugins',
    script: 'tool',
    run: (t) => ask(t, agent(t, { tools: [weather(t)] }), plugins(t, {}, {})),
  },
  {
    name: 'plugin-answers-model',
    run: (t) =>
      ask(
        t,
        agent(t),
        plugins(t, {
          beforeModelCallback: { content: { role: 'model', parts: [{ text: 'From memory.' }] } },
        }),
      ),
  },
  {
    name: 'plugin-answers-tool',
    script: 'tool',
    run: (t) =>
      ask(t, agent(t, { tools: [weather(t)] }), plugins(t, { beforeToolCallback: { sky: 'cached' } })),
  },
  {
    name: 'plugin-mends-model',
    script: 'error-400',
    run: (t) =>
      ask(
        t,
        agent(t),
        plugins(t, {
          onModelErrorCallback: t.sdk.lib.createEvent({
            author: 'assistant',
            content: { role: 'model', parts: [{ text: 'Mended.' }] },
          }),
        }),
      ),
  },
  {
    name: 'plugin-mends-tool',
    script: 'tool',
    run: (t) =>
      ask(t, agent(t, { tools: [failing(t)] }), plugins(t, { onToolErrorCallback: { sky: 'unknown' } })),
  },
  {
    name: 'plugin-fails',
    run: (t) => {
      const plugin = listener(t, 'p0')
      plugin.beforeRunCallback = async () => {
        throw new RangeError('plugin failure')
      }
      return outcome(() => ask(t, agent(t), { runner: { plugins: [plugin] } }))
    },
  },
  {
    name: 'callbacks',
    script: 'tool',
    run: (t) => {
      const said = (what) => (params) => void t.note(what, params.tool?.name)
      const more = Object.fromEntries(
        ['beforeAgent', 'afterAgent', 'beforeModel', 'afterModel', 'beforeTool', 'afterTool'].map((one) => [
          `${one}Callback`,
          said(one),
        ]),
      )
      return ask(t, agent(t, { tools: [weather(t)], ...more }))
    },
  },
  {
    name: 'own-model',
    run: (t) => {
      class Own extends t.sdk.lib.BaseLlm {
        async *generateContentAsync(request, stream) {
          t.note('model', request.contents.length, stream)
          yield {
            content: { role: 'model', parts: [{ text: 'Own words.' }] },
            usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
          }
        }
      }
      return ask(t, agent(t, { model: new Own({ model: 'own-1' }) }))
    },
  },
  {
    name: 'own-model-fails',
    run: (t) => {
      class Own extends t.sdk.lib.BaseLlm {
        // biome-ignore lint/correctness/useYield: it fails before it says anything
        async *generateContentAsync() {
          throw Object.assign(new TypeError('own failure'), { code: 'E_OWN' })
        }
      }
      return ask(t, agent(t, { model: new Own({ model: 'own-1' }) }))
    },
  },
  {
    name: 'own-tool',
    script: 'tool',
    run: (t) => {
      class Own extends t.sdk.lib.BaseTool {
        _getDeclaration() {
          return { name: this.name, description: this.description }
        }
        async runAsync({ args, toolContext }) {
          t.note('own tool', args, toolContext.functionCallId)
          return 'sunny'
        }
      }
      return ask(t, agent(t, { tools: [new Own({ name: 'get_weather', description: 'Weather' })] }))
    },
  },
  {
    name: 'methods',
    run: (t) => {
      const { LlmAgent, BaseAgent, Runner, PluginManager } = t.sdk.lib
      return [
        [LlmAgent, 'callLlmAsync'],
        [BaseAgent, 'createInvocationContext'],
        [Runner, 'runAsync'],
        [PluginManager, 'runBeforeToolCallback'],
      ].map(([owner, name]) => {
        const { value, ...flags } = Object.getOwnPropertyDescriptor(owner.prototype, name)
        return [value.name, value.length, flags]
      })
    },
  },
  {
    name: 'generator',
    run: async (t) => {
      const run = await start(t, agent(t))
      const first = await run.next()
      return [t.describe(run), first.done, await run.return('left'), await run.next()]
    },
  },
  {
    name: 'no-session',
    run: async (t) => {
      const runner = new t.sdk.lib.InMemoryRunner({ agent: agent(t), appName: 'app' })
      return outcome(() =>
        seen(runner.runAsync({ userId: 'u-1', sessionId: 'none', newMessage: message('Hi!') })),
      )
    },
  },
  {
    name: 'limit',
    script: 'loop',
    run: (t) => outcome(() => ask(t, agent(t, { tools: [weather(t)] }), { runConfig: { maxLlmCalls: 2 } })),
  },
  {
    name: 'together',
    script: 'tool',
    run: (t) => Promise.all([1, 2].map(() => ask(t, agent(t, { model: gemini(t, 'hello') })))),
  },
]
