// An agent that answers with a tool, and sends what happened to MLflow.
import cohere from 'cohere-ai'
import { callIn, runTurn, TOOLS } from './agent-turn.mjs'

const model = 'command-a-03-2025'
const client = (environment) => new cohere.CohereClientV2({ token: 'key', environment })

await runTurn({
  async ask(address, messages) {
    const { message } = await client(address).chat({ model, messages, tools: TOOLS })
    return callIn({ choices: [{ message }] })
  },
  async tell(address, messages) {
    let text = ''
    for await (const event of await client(address).chatStream({ model, messages }))
      text += event.delta?.message?.content?.text ?? ''
    return text
  },
})
