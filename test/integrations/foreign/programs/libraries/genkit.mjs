import openAI, { defineCompatOpenAIModel } from '@genkit-ai/compat-oai'
import { genkit, z } from 'genkit'

export async function run({ say, models, failure }) {
  let failing = false
  const ask = async (script) => {
    const plugin = openAI({
      name: script,
      apiKey: 'sk-test',
      baseURL: `${models[script]}/v1`,
      maxRetries: 0,
      async initializer(client) {
        return [
          defineCompatOpenAIModel({ name: `${script}/gpt-4o`, client, pluginOptions: { name: script } }),
        ]
      },
    })
    const ai = genkit({ plugins: [plugin] })
    const look = ai.defineTool(
      {
        name: 'look',
        description: say('Looks outside.'),
        inputSchema: z.object({ city: z.string() }),
        outputSchema: z.object({ weather: z.string() }),
      },
      async () => {
        if (failing) throw new Error(say('It is dark.'))
        return { weather: say('Sunny.') }
      },
    )
    const flow = ai.defineFlow(
      { name: 'weather', inputSchema: z.string(), outputSchema: z.string() },
      async (text) => {
        const { text: said } = await ai.generate({
          model: `${script}/gpt-4o`,
          system: say('Be brief.'),
          prompt: text,
          tools: [look],
        })
        return said
      },
    )
    return flow(say('How is the weather?'))
  }
  const said = await ask('works')
  // A tool that there is none of, by a name that the model made up.
  if (models.invents) await failure(() => ask('invents'))
  failing = true
  const broken = await failure(() => ask('breaks'))
  return [said, broken, await failure(() => ask('refuses'))]
}
