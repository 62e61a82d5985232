import { FunctionTool, Gemini, InMemoryRunner, LlmAgent } from '@google/adk'

export async function run({ say, models, failure }) {
  let failing = false
  const look = new FunctionTool({
    name: 'look',
    description: say('Looks outside.'),
    parameters: { type: 'OBJECT', properties: { city: { type: 'STRING', description: say('A city.') } } },
    execute: () => {
      if (failing) throw new Error(say('It is dark.'))
      return { weather: say('Sunny.') }
    },
  })
  const ask = async (script) => {
    process.env.GOOGLE_GEMINI_BASE_URL = models[script]
    const model = new Gemini({ model: 'gemini-2.5-flash', apiKey: 'test' })
    const agent = new LlmAgent({
      name: 'weather',
      model,
      description: say('Knows the weather.'),
      instruction: say('Be brief.'),
      tools: [look],
    })
    const runner = new InMemoryRunner({ agent, appName: 'app' })
    const session = await runner.sessionService.createSession({ appName: 'app', userId: 'u-1' })
    const newMessage = { role: 'user', parts: [{ text: say('How is the weather?') }] }
    let said
    for await (const event of runner.runAsync({ userId: 'u-1', sessionId: session.id, newMessage })) {
      said = event.content?.parts?.[0]?.text ?? event.errorMessage ?? said
    }
    return said
  }
  const said = await ask('works')
  // A tool that there is none of, by a name that the model made up.
  if (models.invents) await failure(() => ask('invents'))
  failing = true
  await failure(() => ask('breaks'))
  await failure(() => ask('refuses'))
  return [said]
}
