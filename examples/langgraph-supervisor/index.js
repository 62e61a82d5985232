// A supervisor that gives work to two other agents. `init` is the only line that concerns turnspan.
import { createAgent, tool } from 'langchain'
import { init } from 'turnspan'
import * as z from 'zod'
import { chatModel } from './model.js'

init({ captureContent: true, serviceName: 'newsroom', ...(hasTarget() ? {} : { target: 'console' }) })

const search = tool(async ({ query }) => `Spans of "${query}" are 5 to 80 metres long.`, {
  name: 'search',
  description: 'Searches the archive',
  schema: z.object({ query: z.string() }),
})

const researcher = createAgent({ name: 'researcher', model: chatModel('researcher'), tools: [search] })
const writer = createAgent({ name: 'writer', model: chatModel('writer'), tools: [] })

/** Another agent as a tool: its answer is the last message. */
const delegate = (name, description, agent) =>
  tool(
    async ({ task }) => {
      const { messages } = await agent.invoke({ messages: [{ role: 'user', content: task }] })
      return messages.at(-1).text
    },
    { name, description, schema: z.object({ task: z.string() }) },
  )

const supervisor = createAgent({
  name: 'supervisor',
  model: chatModel('supervisor'),
  systemPrompt: 'You lead a newsroom. Let research come before writing.',
  tools: [
    delegate('research', 'Finds facts', researcher),
    delegate('write', 'Writes a sentence from facts', writer),
  ],
})

const { messages } = await supervisor.invoke(
  { messages: [{ role: 'user', content: 'One sentence on the bridges of Lisbon, please.' }] },
  { configurable: { thread_id: 'newsroom-1' } },
)
console.log(messages.at(-1).text)

function hasTarget() {
  return Boolean(process.env.MLFLOW_TRACKING_URI ?? process.env.OTEL_EXPORTER_OTLP_ENDPOINT)
}
