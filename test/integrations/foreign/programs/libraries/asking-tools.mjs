import { trace } from '@opentelemetry/api'
import { chat, toolDefinition } from '@tanstack/ai'
import { otelMiddleware } from '@tanstack/ai/middlewares/otel'
import { createOpenaiChatCompletions } from '@tanstack/ai-openai'
import OpenAI from 'openai'
import * as z from 'zod'

/** A tool that asks a model while the framework's own span is open, and a call after that. */
export async function run({ models }) {
  const ask = (script) =>
    new OpenAI({ apiKey: 'sk-test', baseURL: `${models[script]}/v1` }).chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi' }],
    })
  const look = toolDefinition({
    name: 'look',
    description: 'Looks outside.',
    inputSchema: z.object({ city: z.string() }),
  }).server(async () => ({ weather: (await ask('answers')).choices[0].message.content }))
  const adapter = createOpenaiChatCompletions('gpt-4o', 'sk-test', { baseURL: `${models.works}/v1` })
  const middleware = [otelMiddleware({ tracer: trace.getTracer('shop') })]
  const messages = [{ role: 'user', content: 'How is the weather?' }]
  for await (const _ of chat({ adapter, messages, tools: [look], middleware }));
  await ask('answers')
  return []
}
