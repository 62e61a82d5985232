// An agent in TypeScript, compiled to CommonJS.
import OpenAI from 'openai'
import { init, type Span, withAgent, withTool } from 'turnspan'

init()
const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
withAgent({ agent: 'clerk' }, async (_span: Span) => {
  await withTool({ tool: 'clock' }, async () => 'noon')
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Hi!' }],
  })
  return choices[0]?.message.content
}).then((answer) => console.log(answer))
