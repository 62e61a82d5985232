// An application as it goes into a bundle.
import * as agents from '@openai/agents'
import OpenAI from 'openai'
import { flushTraces, init } from 'turnspan'
import { instrumentOpenAIAgents } from 'turnspan/openai-agents'
import * as zod from 'zod'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
init({ endpoint, protocol: 'http/protobuf' })
instrumentOpenAIAgents(agents)
const weather = agents.tool({
  name: 'get_weather',
  description: 'The weather in a city',
  parameters: zod.z.object({ city: zod.z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
})
const model = new agents.OpenAIResponsesModel(new OpenAI({ apiKey: 'sk-test', baseURL }), 'gpt-4o')
const assistant = new agents.Agent({ name: 'Assistant', instructions: 'Be brief.', model, tools: [weather] })
agents.run(assistant, 'Weather?').then(async ({ finalOutput }) => {
  process.stdout.write(finalOutput)
  await flushTraces()
})
