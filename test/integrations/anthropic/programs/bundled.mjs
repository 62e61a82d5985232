// An application that a bundler has made one minified file of: nothing of its packages can be found from outside.
import Anthropic from '@anthropic-ai/sdk'
import { flushTraces, init } from 'turnspan'
import { instrumentAnthropic } from 'turnspan/anthropic'

init({ captureContent: true })
instrumentAnthropic(Anthropic)
const client = new Anthropic({ apiKey: 'sk-ant-test', baseURL: process.env.BASE_URL })
const { content } = await client.messages.create({
  model: 'claude-opus-5-5',
  max_tokens: 200,
  messages: [{ role: 'user', content: 'Hi!' }],
})
await flushTraces({ timeoutMs: 20_000 })
process.stdout.write(content[0].text)
