import { createOpenAI } from '@ai-sdk/openai'
import { generateText } from 'ai'

export const dynamic = 'force-dynamic'

export async function GET() {
  const openai = createOpenAI({ apiKey: 'none', baseURL: `${process.env.BASE_URL}/v1` })
  const { text } = await generateText({
    model: openai.chat('gpt-5'),
    prompt: 'a route handler',
  })
  return new Response(text)
}
