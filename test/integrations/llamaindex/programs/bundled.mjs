// An application as it goes into a bundle.
import * as tools from '@llamaindex/core/tools'
import * as openai from '@llamaindex/openai'
import * as workflow from '@llamaindex/workflow'
import * as asyncContext from '@llamaindex/workflow-core/async-context'
import { flushTraces, init } from 'turnspan'
import { instrumentLlamaIndex } from 'turnspan/llamaindex'
import * as zod from 'zod'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
init({ endpoint, protocol: 'http/protobuf' })
instrumentLlamaIndex([tools, openai, workflow, asyncContext])
const weather = tools.tool({
  name: 'get_weather',
  description: 'The weather in a city',
  parameters: zod.z.object({ city: zod.z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
})
const llm = new openai.OpenAI({ model: 'gpt-4o', apiKey: 'sk-test', baseURL })
workflow
  .agent({ name: 'Assistant', systemPrompt: 'Be brief.', llm, tools: [weather] })
  .run('Weather?')
  .then(async ({ data }) => {
    process.stdout.write(data.result)
    await flushTraces()
  })
