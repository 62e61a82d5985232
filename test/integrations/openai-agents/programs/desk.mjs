// An assistant that hands over to another, as an application writes it.
import { Agent, OpenAIResponsesModel, Runner, tool } from '@openai/agents'
import OpenAI from 'openai'
import { init } from 'turnspan'
import * as zod from 'zod'

init({ captureContent: true })

const { z } = zod
const model = new OpenAIResponsesModel(new OpenAI(), 'gpt-4o')
const weather = tool({
  name: 'get_weather',
  description: 'The weather in a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
})
const refunds = new Agent({ name: 'Refunds', instructions: 'Refund.', model, tools: [weather] })
const triage = new Agent({ name: 'Triage', instructions: 'Route.', model, handoffs: [refunds] })
const result = await new Runner({ groupId: process.env.GROUP }).run(triage, 'I want a refund!')
process.stdout.write(`${result.finalOutput}\n`)
