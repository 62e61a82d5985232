// An application that a plugin of turnspan/bundler put together with its packages.
import { query } from '@anthropic-ai/claude-agent-sdk'
import { flushTraces, init } from 'turnspan'
import { optionsFor } from './home.mjs'

init()
let answer
const options = optionsFor(process.env.ADDRESS, { pathToClaudeCodeExecutable: process.env.CLAUDE })
for await (const message of query({ prompt: 'Hi!', options })) {
  if (message.type === 'result') answer = message.result
}
await flushTraces()
process.stdout.write(answer)
