import { defineEventHandler } from 'h3'
import OpenAI from 'openai'
import { init, withAgent, withTool } from 'turnspan'

init()

// biome-ignore lint/style/noDefaultExport: the form of a route
export default defineEventHandler(() =>
  withAgent({ agent: 'clerk' }, async () => {
    await withTool({ tool: 'clock' }, async () => 'noon')
    const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
    const { choices } = await client.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi!' }],
    })
    return choices[0].message.content
  }),
)
