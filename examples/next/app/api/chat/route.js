import OpenAI from 'openai'
import { withAgent } from 'turnspan'

/** One turn of a conversation: the call of the model is traced by itself, and stands below the agent. */
export async function POST(request) {
  const { question, session } = await request.json()
  const answer = await withAgent({ agent: 'support', sessionId: session, input: question }, async () => {
    const client = new OpenAI()
    const { choices } = await client.chat.completions.create({
      model: 'gpt-5',
      messages: [{ role: 'user', content: question }],
    })
    return choices[0].message.content
  })
  return Response.json({ answer })
}
