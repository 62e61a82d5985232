// One measurement in a process of its own: microseconds per call and per streamed chunk. The client gets its answers
// from a `fetch` that answers from memory, so that nothing but the client, and turnspan where it is on, takes time.
const [mode, workload, calls, chunks] = process.argv.slice(2)
const turnspan = mode === 'bare' ? undefined : await import('turnspan')
const { default: OpenAI } = await import('openai')

const nowhere = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => undefined,
  forceFlush: async () => undefined,
}
if (mode !== 'bare') turnspan.init({ exporters: [nowhere], captureContent: mode === 'content' })
if (mode === 'off') await turnspan.init({ enabled: false })
if (mode === 'off') (await import('turnspan/openai')).instrumentOpenAI(OpenAI)

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'It is sunny in Paris. '.repeat(20) },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 20, completion_tokens: 100, total_tokens: 120 },
}
const json = JSON.stringify(completion)
const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const encoder = new TextEncoder()
const events = Array.from({ length: Number(chunks) }, () => encoder.encode(chunk({ content: ' word' })))
const last = encoder.encode(`${chunk({}, 'stop')}data: [DONE]\n\n`)

const answer = {
  call: () => new Response(json, { headers: { 'content-type': 'application/json' } }),
  stream: () => {
    let at = 0
    const body = new ReadableStream({
      pull(controller) {
        if (at < events.length) controller.enqueue(events[at++])
        else {
          controller.enqueue(last)
          controller.close()
        }
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  },
}
const client = new OpenAI({ apiKey: 'sk-bench', fetch: async () => answer[workload]() })
const messages = [
  { role: 'system', content: 'Be brief. '.repeat(20) },
  { role: 'user', content: 'What is the weather in Paris? '.repeat(10) },
]
const once = async () => {
  const result = await client.chat.completions.create({
    model: 'gpt-4o',
    messages,
    stream: workload === 'stream',
  })
  if (workload === 'call') return result.choices.length
  let seen = 0
  for await (const _chunk of result) seen += 1
  return seen
}

for (let warm = 0; warm < Math.ceil(Number(calls) / 4); warm += 1) await once()
const began = process.cpuUsage()
const at = performance.now()
for (let call = 0; call < Number(calls); call += 1) {
  await once()
  // As with a server: the loop turns between calls, and what waits for it is not piled up.
  await new Promise((resolve) => setImmediate(resolve))
}
const ms = performance.now() - at
const { user, system } = process.cpuUsage(began)
process.stdout.write(JSON.stringify({ wallUs: (ms * 1000) / calls, cpuUs: (user + system) / calls }))
await turnspan?.flushTraces()
process.exit(0)
