// The package is loaded after init, by a dynamic import.
import { init, withAgent, withTool } from 'turnspan'

init()
const { default: OpenAI } = await import('openai')

const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
const answer = await withAgent({ agent: 'clerk' }, async () => {
  await withTool({ tool: 'clock' }, async () => 'noon')
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Hi!' }],
  })
  return choices[0].message.content
})
console.log(answer)
if (process.env.END === 'exit') process.exit(0)
