import { createOpenAI } from '@ai-sdk/openai'
import { Agent, createTool, VoltAgentObservability } from '@voltagent/core'
import * as z from 'zod'

export async function run({ say, models, failure }) {
  let failing = false
  const look = createTool({
    name: 'look',
    description: say('Looks outside.'),
    parameters: z.object({ city: z.string() }),
    execute: async () => {
      if (failing) throw new Error(say('It is dark.'))
      return { weather: say('Sunny.') }
    },
  })
  const observability = new VoltAgentObservability()
  const ask = async (script) => {
    const openai = createOpenAI({ apiKey: 'sk-test', baseURL: `${models[script]}/v1` })
    const agent = new Agent({
      name: 'weather',
      instructions: say('Be brief.'),
      model: openai.chat('gpt-4o'),
      tools: [look],
      maxRetries: 0,
      observability,
    })
    const asked = await agent.generateText(say('How is the weather?'), {
      userId: 'u-1',
      conversationId: 's-1',
    })
    return asked.text
  }
  const said = await ask('works')
  // A tool that there is none of, by a name that the model made up.
  if (models.invents) await failure(() => ask('invents'))
  failing = true
  await ask('breaks')
  return [said, await failure(() => ask('refuses'))]
}
