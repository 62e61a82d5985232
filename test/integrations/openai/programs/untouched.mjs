// An application that knows nothing of turnspan.
import OpenAI from 'openai'

const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
const { choices } = await client.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Hi!' }],
})
process.stdout.write(choices[0].message.content)
