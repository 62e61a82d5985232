// An agent that answers with a tool, and sends what happened to MLflow.
import Groq from 'groq-sdk'
import { asSent, callIn, runTurn, TOOLS } from './agent-turn.mjs'

const model = 'llama-3.3-70b-versatile'
const chat = (address) => new Groq({ apiKey: 'gsk-test', baseURL: address }).chat.completions

await runTurn({
  ask: async (address, messages) =>
    callIn(await chat(address).create({ model, messages: asSent(messages), tools: TOOLS })),
  async tell(address, messages) {
    let text = ''
    const body = { model, messages: asSent(messages), stream: true, stream_options: { include_usage: true } }
    for await (const { choices } of await chat(address).create(body)) text += choices[0]?.delta?.content ?? ''
    return text
  },
})
