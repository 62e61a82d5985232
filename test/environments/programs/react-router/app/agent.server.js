import OpenAI from 'openai'
import { init, withAgent, withTool } from 'turnspan'

init()

export const ask = () =>
  withAgent({ agent: 'clerk' }, async () => {
    await withTool({ tool: 'clock' }, async () => 'noon')
    const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
    const { choices } = await client.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi!' }],
    })
    return choices[0].message.content
  })
