import OpenAI from 'openai'

export async function ask(question) {
  const client = new OpenAI({ apiKey: 'none', baseURL: `${process.env.BASE_URL}/v1` })
  const answer = await client.chat.completions.create({
    model: 'gpt-5',
    messages: [{ role: 'user', content: question }],
  })
  return answer.choices[0].message.content
}
