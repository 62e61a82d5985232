// An agent that answers with tools, and sends what happened to MLflow.
import { createOpenAI } from '@ai-sdk/openai'
import { embed, generateText, jsonSchema, stepCountIs, streamText, ToolLoopAgent, tool } from 'ai'
import { flushTraces, init, withAgent } from 'turnspan'

const { trackingUri, experimentName, provider, responseId } = JSON.parse(process.env.SETTINGS)
const status = init({ trackingUri, experimentName, captureContent: true })
const providerOf = (script) =>
  createOpenAI({ apiKey: 'sk-test', baseURL: `${provider}/${script}/${responseId}-${script}/v1` })
const said = (execute) =>
  tool({ description: 'Says it', inputSchema: jsonSchema({ type: 'object' }), execute })
const asked = { isEnabled: true }

const answer = await withAgent(
  { agent: 'weather', responseId, sessionId: 's-ai', user: 'u-1' },
  async (agent) => {
    agent.setInputs({ messages: [{ role: 'user', content: 'Weather?' }] })
    const hello = providerOf('hello')
    const { embedding } = await embed({
      model: hello.textEmbeddingModel('text-embedding-3-small'),
      value: 'Weather?',
      experimental_telemetry: asked,
    })
    const forecaster = new ToolLoopAgent({
      id: 'forecaster',
      model: providerOf('tools').chat('gpt-4o'),
      instructions: 'Be brief.',
      tools: { get_weather: said(async ({ city }) => `sunny in ${city}`), get_time: said(() => 'noon') },
    })
    const { text } = await forecaster.generate({ prompt: 'Weather?' })
    const stream = streamText({
      model: providerOf('tool').responses('gpt-4o'),
      messages: [{ role: 'user', content: 'And in Paris?' }],
      tools: { get_weather: said(() => 'sunny') },
      stopWhen: stepCountIs(3),
      experimental_telemetry: asked,
    })
    await stream.consumeStream()
    await generateText({
      model: providerOf('error-400').chat('gpt-4o'),
      prompt: 'Hi!',
      experimental_telemetry: asked,
    }).catch(() => undefined)
    return { said: text, dimensions: embedding.length }
  },
)
const report = await flushTraces({ timeoutMs: 40_000 })
process.stdout.write(JSON.stringify({ status, answer, report }))
