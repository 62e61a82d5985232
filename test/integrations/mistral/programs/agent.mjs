// An agent that answers with a tool, and sends what happened to MLflow.
import { Mistral } from '@mistralai/mistralai'
import { callIn, runTurn, TOOLS } from './agent-turn.mjs'

const model = 'mistral-large-latest'
const chat = (serverURL) => new Mistral({ apiKey: 'key', serverURL }).chat

await runTurn({
  ask: async (address, messages) => callIn(await chat(address).complete({ model, messages, tools: TOOLS })),
  async tell(address, messages) {
    let text = ''
    for await (const { data } of await chat(address).stream({ model, messages }))
      text += data.choices[0].delta.content ?? ''
    return text
  },
})
