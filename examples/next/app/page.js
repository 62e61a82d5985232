import OpenAI from 'openai'

export const dynamic = 'force-dynamic'

/** A server component that asks the model while it is rendered. */
export default async function Page() {
  const client = new OpenAI()
  const { choices } = await client.chat.completions.create({
    model: 'gpt-5',
    messages: [{ role: 'user', content: 'Say hello.' }],
  })
  return <p>{choices[0].message.content}</p>
}
