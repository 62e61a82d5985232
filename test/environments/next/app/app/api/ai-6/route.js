import { createOpenAI } from '@ai-sdk/openai-6'
import { generateText } from 'ai-6'

export const dynamic = 'force-dynamic'

export async function GET() {
  const openai = createOpenAI({ apiKey: 'none', baseURL: `${process.env.BASE_URL}/v1` })
  const { text } = await generateText({
    model: openai.chat('gpt-5'),
    prompt: 'a route handler',
    experimental_telemetry: { isEnabled: true },
  })
  return new Response(text)
}
