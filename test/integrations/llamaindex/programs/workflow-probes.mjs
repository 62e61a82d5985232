// Workflows of the program's own. Since version 1.2 of their engine handlers get the context before the event.
import { agent, model, outcome } from './parts.mjs'

const eventOf = (args) => args.at(-1)

/** Two steps and what the program has them do in between. */
const twoSteps = (t, { first, second }) => {
  const { createWorkflow, workflowEvent } = t.sdk.lib
  const start = workflowEvent({ debugLabel: 'start' })
  const middle = workflowEvent({ debugLabel: 'middle' })
  const stop = workflowEvent({ debugLabel: 'stop' })
  const workflow = createWorkflow()
  workflow.handle([start], async function prepare(...args) {
    t.note('prepare', eventOf(args).data)
    return middle.with(await first(eventOf(args).data))
  })
  workflow.handle([middle], async (...args) => stop.with(await second(eventOf(args).data)))
  const { stream, sendEvent } = workflow.createContext()
  return { start, stop, stream, sendEvent }
}

const through = async (t, steps) => {
  const { start, stop, stream, sendEvent } = twoSteps(t, steps)
  sendEvent(start.with({ city: 'Paris' }))
  const events = await stream.until(stop).toArray()
  return events.map((event) => [String(event), event.data])
}

export const workflowProbes = [
  {
    name: 'workflow',
    run: (t) =>
      through(t, {
        first: async ({ city }) => {
          await t.settle()
          return { text: `Weather in ${city}` }
        },
        second: async ({ text }) => ({ answer: (await model(t).complete({ prompt: text })).text }),
      }),
  },
  {
    name: 'workflow-agent',
    script: 'tool',
    run: (t) =>
      through(t, {
        first: async ({ city }) => ({ text: `Weather in ${city}` }),
        second: async ({ text }) => ({ answer: (await agent(t).run(text)).data.result }),
      }),
  },
  {
    name: 'workflow-sync',
    run: async (t) => {
      const { createWorkflow, workflowEvent } = t.sdk.lib
      const start = workflowEvent()
      const stop = workflowEvent()
      const workflow = createWorkflow()
      workflow.handle([start], (...args) => stop.with(eventOf(args).data + 1))
      const { stream, sendEvent } = workflow.createContext()
      sendEvent(start.with(1))
      const events = await stream.until(stop).toArray()
      return events.map((event) => event.data)
    },
  },
  {
    name: 'workflow-parallel',
    run: async (t) => {
      const { createWorkflow, workflowEvent } = t.sdk.lib
      const start = workflowEvent({ debugLabel: 'start' })
      const part = workflowEvent({ debugLabel: 'part' })
      const stop = workflowEvent({ debugLabel: 'stop' })
      const workflow = createWorkflow()
      const context = workflow.createContext()
      let done = 0
      workflow.handle([start], async function split() {
        t.sdk.lib.getContext().sendEvent(part.with(1), part.with(2))
      })
      workflow.handle([part], async function work(...args) {
        await t.settle()
        done += 1
        t.note('part', eventOf(args).data)
        if (done === 2) context.sendEvent(stop.with(done))
      })
      context.sendEvent(start.with())
      await context.stream.until(stop).toArray()
      return done
    },
  },
  {
    name: 'workflow-fails',
    run: async (t) => {
      const told = new Promise((resolve) => process.once('unhandledRejection', resolve))
      const { start, sendEvent } = twoSteps(t, {
        first: async () => {
          throw new RangeError('no such city')
        },
        second: async () => undefined,
      })
      sendEvent(start.with({ city: 'Nowhere' }))
      return String(await told)
    },
  },
  {
    name: 'workflow-fails-at-once',
    run: (t) =>
      outcome(async () => {
        const { createWorkflow, workflowEvent } = t.sdk.lib
        const start = workflowEvent({ debugLabel: 'start' })
        const workflow = createWorkflow()
        workflow.handle([start], function check() {
          throw new RangeError('no such city')
        })
        workflow.createContext().sendEvent(start.with())
        await t.settle()
        return 'sent'
      }),
  },
  {
    name: 'workflow-state',
    run: async (t) => {
      const { createStatefulMiddleware, createWorkflow, workflowEvent } = t.sdk.lib
      const start = workflowEvent({ debugLabel: 'start' })
      const stop = workflowEvent({ debugLabel: 'stop' })
      const stateful = createStatefulMiddleware(() => ({ count: 1 }))
      const workflow = stateful.withState(createWorkflow())
      workflow.handle([start], async () => stop.with(2))
      const context = workflow.createContext()
      context.sendEvent(start.with())
      await context.stream.until(stop).toArray()
      const { state } = await context.snapshot()
      return state
    },
  },
]
