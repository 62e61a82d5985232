// An agent that answers with a tool, and sends what happened to MLflow.
import Together from 'together-ai'
import { asSent, callIn, runTurn, TOOLS } from './agent-turn.mjs'

const model = 'meta-llama/Llama-3.3-70B-Instruct-Turbo'
const chat = (address) => new Together({ apiKey: 'tg-test', baseURL: `${address}/v1` }).chat.completions

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
