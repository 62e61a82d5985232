// Only this library of the workspace depends on the client.
import OpenAI from 'openai'

export async function ask(question) {
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: question }],
  })
  return choices[0].message.content
}
