import Anthropic from '@anthropic-ai/sdk'

export const dynamic = 'force-dynamic'

export async function GET() {
  const client = new Anthropic({ apiKey: 'none', baseURL: process.env.BASE_URL })
  const answer = await client.messages.create({
    model: 'claude',
    max_tokens: 20,
    messages: [{ role: 'user', content: 'a route handler' }],
  })
  return new Response(answer.content[0].text)
}
