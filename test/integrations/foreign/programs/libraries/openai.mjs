import OpenAI from 'openai'

/** What the instrumentations of OpenAI's client see: a call, a stream, an embedding, a refusal. */
export async function askOpenAI(instrumentation, { say, models, failure }) {
  instrumentation.manuallyInstrument(OpenAI)
  const client = (script) => new OpenAI({ apiKey: 'sk-test', baseURL: `${models[script]}/v1`, maxRetries: 0 })
  const parameters = { type: 'object', properties: { city: { type: 'string', description: say('A city.') } } }
  const tools = [
    { type: 'function', function: { name: 'look', description: say('Looks outside.'), parameters } },
  ]
  const messages = [
    { role: 'system', content: say('Be brief.') },
    { role: 'user', content: say('How is the weather?') },
  ]
  const first = await client('works').chat.completions.create({ model: 'gpt-4o', messages, tools })
  const call = first.choices[0].message
  const results = call.tool_calls.map(({ id }) => ({
    role: 'tool',
    tool_call_id: id,
    content: say('Sunny.'),
  }))
  const stream = await client('answers').chat.completions.create({
    model: 'gpt-4o',
    messages: [...messages, call, ...results],
    tools,
    stream: true,
    stream_options: { include_usage: true },
  })
  let said = ''
  for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? ''
  await client('answers').embeddings.create({ model: 'text-embedding-3-small', input: say('Weather.') })
  if (models.invents) await client('invents').chat.completions.create({ model: 'gpt-4o', messages, tools })
  const refused = await failure(() =>
    client('refuses').chat.completions.create({ model: 'gpt-4o', messages }),
  )
  return [said, refused]
}
