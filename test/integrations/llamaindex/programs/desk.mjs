// A desk of two agents and a shelf of documents, as an application writes it.
import { OpenAI } from '@llamaindex/openai'
import { agent, multiAgent } from '@llamaindex/workflow'
import { tool } from 'llamaindex'
import { init } from 'turnspan'
import { instrumentOpenAI } from 'turnspan/openai'
import * as zod from 'zod'

// Streams bring their tokens only where somebody asks for them.
init({
  captureContent: true,
  instrumentations: [() => instrumentOpenAI(undefined, { includeUsage: true }), 'llamaindex'],
})

const { z } = zod
const llm = new OpenAI({ model: 'gpt-4o' })
const weather = tool({
  name: 'get_weather',
  description: 'The weather in a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
})
const refunds = agent({ name: 'Refunds', llm, tools: [weather] })
const triage = agent({ name: 'Triage', llm, tools: [], canHandoffTo: [refunds] })
const { data } = await multiAgent({ agents: [triage, refunds], rootAgent: triage }).run('I want a refund!')
process.stdout.write(`${data.result}\n`)
