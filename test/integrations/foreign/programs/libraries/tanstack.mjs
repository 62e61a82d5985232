import { trace } from '@opentelemetry/api'
import { chat, toolDefinition } from '@tanstack/ai'
import { otelMiddleware } from '@tanstack/ai/middlewares/otel'
import { createOpenaiChatCompletions } from '@tanstack/ai-openai'
import * as z from 'zod'

export async function run({ say, models, failure }) {
  let failing = false
  const look = toolDefinition({
    name: 'look',
    description: say('Looks outside.'),
    inputSchema: z.object({ city: z.string() }),
  }).server(async () => {
    if (failing) throw new Error(say('It is dark.'))
    return { weather: say('Sunny.') }
  })
  const middleware = [otelMiddleware({ tracer: trace.getTracer('shop'), captureContent: true })]
  const ask = async (script) => {
    const adapter = createOpenaiChatCompletions('gpt-4o', 'sk-test', {
      baseURL: `${models[script]}/v1`,
      maxRetries: 0,
    })
    const messages = [{ role: 'user', content: say('How is the weather?') }]
    const stream = chat({ adapter, messages, systemPrompts: [say('Be brief.')], tools: [look], middleware })
    let said = ''
    for await (const chunk of stream) if (chunk.type === 'TEXT_MESSAGE_CONTENT') said += chunk.delta
    return said
  }
  const said = await ask('works')
  // A tool that there is none of, by a name that the model made up.
  if (models.invents) await failure(() => ask('invents'))
  failing = true
  await ask('breaks')
  return [said, await failure(() => ask('refuses'))]
}
