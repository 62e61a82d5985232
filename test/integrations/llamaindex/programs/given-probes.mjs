// Objects of a program that do something when they are read, wherever LlamaIndex lets a program put such.
import { withHostile } from './hostile.mjs'
import { agent, found, model, outcome, retriever, seen, weather } from './parts.mjs'

export const probes = [
  {
    name: 'message-getter',
    run: (t) =>
      withHostile(t, async ({ getter }) => {
        const message = getter({ role: 'user' }, 'content', (times) => `Hi ${times}!`)
        return (await model(t).chat({ messages: [message] })).message.content
      }),
  },
  {
    name: 'message-list',
    run: (t) =>
      withHostile(t, async ({ list }) => {
        const messages = list({ role: 'user', content: 'Hi!' })
        return (await model(t).chat({ messages })).message.content
      }),
  },
  {
    name: 'tool-own',
    script: 'tool',
    run: (t) =>
      withHostile(t, async ({ getter }) => {
        const metadata = { name: 'get_weather', description: 'The weather', parameters: { type: 'object' } }
        const tool = getter({ call: () => 'sunny' }, 'metadata', () => metadata)
        return seen(await agent(t, { tools: [tool] }).run('Weather?'))
      }),
  },
  {
    name: 'tool-result',
    script: 'tool',
    run: (t) =>
      withHostile(t, async ({ attempt, getter }) => {
        const execute = async () =>
          getter({ made: attempt((times) => `made ${times}`) }, 'read', (times) => times)
        return seen(await agent(t, { tools: [weather(t, execute)] }).run('Weather?'))
      }),
  },
  {
    name: 'history',
    run: (t) =>
      withHostile(t, async ({ getter, proxy }) => {
        const chatHistory = [proxy(getter({ role: 'user' }, 'content', (times) => `Hi ${times}!`))]
        return seen(await agent(t).run('And?', { chatHistory }))
      }),
  },
  {
    name: 'nodes',
    run: (t) =>
      withHostile(t, async ({ getter, proxy }) => {
        const [node] = found(t)
        getter(node.node.metadata, 'read', (times) => times)
        return (await retriever(t, () => [proxy(node)]).retrieve('Weather?')).length
      }),
  },
  {
    name: 'event',
    run: (t) =>
      withHostile(t, async ({ getter, attempt }) => {
        const { createWorkflow, workflowEvent } = t.sdk.lib
        const start = workflowEvent({ debugLabel: 'start' })
        const stop = workflowEvent({ debugLabel: 'stop' })
        const workflow = createWorkflow()
        workflow.handle([start], async () => stop.with({ made: attempt((times) => `made ${times}`) }))
        const { stream, sendEvent } = workflow.createContext()
        sendEvent(start.with(getter({}, 'read', (times) => times)))
        return (await stream.until(stop).toArray()).length
      }),
  },
  {
    name: 'error',
    run: (t) =>
      withHostile(t, ({ getter }) =>
        outcome(() =>
          retriever(t, () => {
            throw getter(new RangeError('no shelf'), 'detail', (times) => `read ${times}`)
          }).retrieve('Weather?'),
        ),
      ),
  },
]
