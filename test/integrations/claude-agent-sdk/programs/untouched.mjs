// An application that knows nothing of turnspan.
import { query } from '@anthropic-ai/claude-agent-sdk'
import { optionsFor } from './home.mjs'

let answer
for await (const message of query({ prompt: 'Hi!', options: optionsFor(process.env.ADDRESS) })) {
  if (message.type === 'result') answer = message.result
}
process.stdout.write(answer)
