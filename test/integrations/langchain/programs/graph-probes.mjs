// Forms in which a program uses LangGraph.
import {
  all,
  asking,
  chat,
  collect,
  diamond,
  listState,
  outcome,
  ownModel,
  question,
  seen,
  some,
} from './parts.mjs'

const has = (name) => (t) => t.sdk.lib[name] !== undefined
const inThread = (id, more = {}) => ({ configurable: { thread_id: id }, ...more })
const modes = ['values', 'updates', 'messages', 'custom', 'debug']

export const graphProbes = [
  { name: 'graph', run: (t) => diamond(t).compile().invoke({ steps: [] }) },
  ...modes.map((streamMode) => ({
    name: `graph-${streamMode}`,
    needs: (t) => streamMode === 'values' || streamMode === 'updates' || t.sdk.lib.interrupt !== undefined,
    run: (t) => {
      const { StateGraph, MessagesAnnotation, START } = t.sdk.lib
      const model = chat(t)
      const graph = new StateGraph(MessagesAnnotation)
        .addNode('ask', async (state, config) => {
          config.writer?.({ told: 'half' })
          return { messages: [await model.invoke(state.messages)] }
        })
        .addEdge(START, 'ask')
        .compile()
      return all(t, graph.stream(question(t), { streamMode }))
    },
  })),
  {
    name: 'graph-several-modes',
    run: (t) =>
      all(
        t,
        diamond(t)
          .compile()
          .stream({ steps: [] }, { streamMode: ['values', 'updates'] }),
      ),
  },
  {
    name: 'graph-events',
    run: async (t) => {
      const events = []
      const graph = asking(t, chat(t)).compile()
      for await (const event of graph.streamEvents(question(t), { version: 'v2' }))
        events.push([event.event, event.name, event.run_id?.length])
      return events
    },
  },
  {
    name: 'graph-batch',
    run: (t) =>
      diamond(t)
        .compile()
        .batch([{ steps: [] }, { steps: ['z'] }]),
  },
  {
    name: 'graph-break',
    run: (t) => some(t, diamond(t).compile().stream({ steps: [] }, { streamMode: 'updates' }), 1),
  },
  {
    name: 'graph-break-messages',
    script: 'slow',
    needs: has('interrupt'),
    run: async (t) => {
      const items = await some(
        t,
        asking(t, chat(t)).compile().stream(question(t), { streamMode: 'messages' }),
        2,
      )
      return items.length
    },
  },
  {
    name: 'graph-node-fails',
    run: (t) => {
      const graph = diamond(t, {
        c: async () => {
          throw new TypeError('c cannot')
        },
      }).compile()
      return outcome(t, graph.invoke({ steps: [] }))
    },
  },
  {
    name: 'graph-recursion',
    run: (t) => {
      const { StateGraph, START } = t.sdk.lib
      const graph = new StateGraph(listState(t.sdk))
        .addNode('again', () => ({ steps: ['again'] }))
        .addEdge(START, 'again')
        .addEdge('again', 'again')
        .compile()
      return outcome(t, graph.invoke({ steps: [] }, { recursionLimit: 3 }))
    },
  },
  {
    name: 'graph-abort',
    script: 'hang',
    needs: has('interrupt'),
    run: async (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      const { error } = await outcome(
        t,
        asking(t, chat(t)).compile().invoke(question(t), { signal: controller.signal }),
      )
      return [error?.name, error?.message]
    },
  },
  {
    name: 'graph-subgraph',
    run: (t) => {
      const { StateGraph, START } = t.sdk.lib
      const inner = new StateGraph(listState(t.sdk))
        .addNode('deep', () => ({ steps: ['deep'] }))
        .addEdge(START, 'deep')
        .compile()
      const outer = new StateGraph(listState(t.sdk)).addNode('inner', inner).addEdge(START, 'inner').compile()
      return all(t, outer.stream({ steps: [] }, { subgraphs: true, streamMode: 'updates' }))
    },
  },
  {
    name: 'graph-conditional',
    run: (t) => {
      const { StateGraph, START, END } = t.sdk.lib
      const graph = new StateGraph(listState(t.sdk))
        .addNode('start', () => ({ steps: ['start'] }))
        .addNode('left', () => ({ steps: ['left'] }))
        .addEdge(START, 'start')
        .addConditionalEdges('start', function choose(state) {
          t.note('choose', state.steps)
          return 'left'
        })
        .addEdge('left', END)
        .compile({ name: 'chooser' })
      return graph.invoke({ steps: [] })
    },
  },
  {
    name: 'graph-send',
    needs: has('Send'),
    run: (t) => {
      const { StateGraph, START, END, Send } = t.sdk.lib
      const graph = new StateGraph(listState(t.sdk))
        .addNode('worker', ({ item }) => ({ steps: [`done ${item}`] }))
        .addConditionalEdges(START, () => ['x', 'y'].map((item) => new Send('worker', { item })))
        .addEdge('worker', END)
        .compile()
      return graph.invoke({ steps: [] })
    },
  },
  {
    name: 'graph-interrupt',
    needs: has('interrupt'),
    run: async (t) => {
      const { StateGraph, START, MemorySaver, interrupt, Command } = t.sdk.lib
      const graph = new StateGraph(listState(t.sdk))
        .addNode('human', () => ({ steps: [`said ${interrupt({ question: 'Go on?' })}`] }))
        .addNode('after', () => ({ steps: ['after'] }))
        .addEdge(START, 'human')
        .addEdge('human', 'after')
        .compile({ checkpointer: new MemorySaver() })
      const config = inThread('thread-7')
      const first = await graph.invoke({ steps: [] }, config)
      const state = await graph.getState(config)
      const second = await graph.invoke(new Command({ resume: 'yes' }), config)
      return [seen(t, first), seen(t, state.next), seen(t, second)]
    },
  },
  {
    name: 'graph-interrupt-before',
    run: async (t) => {
      const { MemorySaver } = t.sdk.lib
      const graph = diamond(t).compile({ checkpointer: new MemorySaver(), interruptBefore: ['d'] })
      const config = inThread('thread-8')
      return [await graph.invoke({ steps: [] }, config), await graph.invoke(null, config)]
    },
  },
  {
    name: 'graph-own-model',
    run: async (t) => {
      const state = await asking(t, ownModel(t.sdk)).compile().invoke(question(t))
      return state.messages.map((message) => [message.getType?.() ?? message._getType(), message.content])
    },
  },
  {
    name: 'graph-spans',
    needs: (t) => t.sdk.lib.Annotation !== undefined,
    run: (t) => {
      const spanned = (name) =>
        t.turnspan ? t.turnspan.withSpan(async () => name, { name: `own ${name}` }) : name
      return diamond(t, { b: () => spanned('b'), c: () => spanned('c') })
        .compile()
        .invoke({ steps: [] })
    },
  },
  {
    name: 'graph-dropped',
    run: async (t) => {
      // Nobody reads it, and nobody holds it.
      await (async () => {
        const stream = await diamond(t).compile().stream({ steps: [] }, { streamMode: 'updates' })
        await stream.next()
      })()
      await collect(t)
    },
  },
]
