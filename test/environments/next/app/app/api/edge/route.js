import OpenAI from 'openai'

export const runtime = 'edge'

export async function GET() {
  const client = new OpenAI({ apiKey: 'none', baseURL: `${process.env.BASE_URL}/v1` })
  const answer = await client.chat.completions.create({
    model: 'gpt-5',
    messages: [{ role: 'user', content: 'an edge route' }],
  })
  return new Response(answer.choices[0].message.content)
}
