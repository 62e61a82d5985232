// The SDK is loaded before turnspan can change it, as by imports at the top of one file.
import * as sdk from '@anthropic-ai/claude-agent-sdk'
import { flushTraces, init, instrumentations } from 'turnspan'
import { traceQuery } from 'turnspan/claude-agent-sdk'
import { optionsFor } from './home.mjs'

init({ captureContent: true })
const states = instrumentations().filter(({ name }) => name === 'claude-agent-sdk')
const query = traceQuery(sdk.query)
let answer
for await (const message of query({ prompt: 'Hi!', options: optionsFor(process.env.ADDRESS) })) {
  if (message.type === 'result') answer = message.result
}
await flushTraces()
process.stdout.write(JSON.stringify({ answer, states: states.map(({ state }) => state) }))
