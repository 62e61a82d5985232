import { Agent, tool } from '@strands-agents/sdk'
import { OpenAIModel } from '@strands-agents/sdk/models/openai'

export async function run({ say, models, failure }) {
  let failing = false
  const look = tool({
    name: 'look',
    description: say('Looks outside.'),
    inputSchema: { type: 'object', properties: { city: { type: 'string' } } },
    callback: () => {
      if (failing) throw new Error(say('It is dark.'))
      return say('Sunny.')
    },
  })
  const ask = async (script) => {
    const clientConfig = { baseURL: `${models[script]}/v1`, maxRetries: 0 }
    const model = new OpenAIModel({ api: 'chat', modelId: 'gpt-4o', apiKey: 'sk-test', clientConfig })
    const agent = new Agent({
      name: 'weather',
      model,
      tools: [look],
      systemPrompt: say('Be brief.'),
      printer: false,
    })
    return String(await agent.invoke(say('How is the weather?')))
  }
  const said = await ask('works')
  // A tool that there is none of, by a name that the model made up.
  if (models.invents) await failure(() => ask('invents'))
  failing = true
  await ask('breaks')
  return [said, await failure(() => ask('refuses'))]
}
