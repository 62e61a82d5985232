// An application with one of the libraries that trace themselves, in which all that a user or a model says is the canary.
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { flushTraces, init } from 'turnspan'

const { canary, captureContent, endpoint, library, registered } = JSON.parse(process.env.SETTINGS)
if (registered) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new BasicTracerProvider())
}
init({ endpoint, protocol: 'http/protobuf', captureContent, instrumentations: [] })

const json = (value) =>
  new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } })
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }

async function askOpenAI(instrumentation) {
  const { default: OpenAI } = await import('openai')
  instrumentation.manuallyInstrument(OpenAI)
  const call = {
    id: 'c1',
    type: 'function',
    function: { name: 'look', arguments: JSON.stringify({ canary }) },
  }
  const invented = { ...call, id: 'c2', function: { ...call.function, name: canary } }
  const message = { role: 'assistant', content: canary, tool_calls: [call, invented] }
  const client = new OpenAI({
    apiKey: 'sk-test',
    fetch: async (url) =>
      String(url).endsWith('/embeddings')
        ? json({ model: 'e', data: [{ index: 0, embedding: [0.5] }], usage })
        : json({ id: 'x', model: 'gpt-5', choices: [{ index: 0, finish_reason: 'stop', message }], usage }),
  })
  await client.chat.completions.create({
    model: 'gpt-5',
    stop: [canary],
    messages: [
      { role: 'system', content: canary },
      { role: 'user', content: canary },
    ],
    tools: [{ type: 'function', function: { name: 'look', description: canary, parameters: { canary } } }],
  })
  await client.embeddings.create({ model: 'e', input: canary })
}

const LIBRARIES = {
  async openinference() {
    const { OpenAIInstrumentation } = await import('@arizeai/openinference-instrumentation-openai')
    await askOpenAI(new OpenAIInstrumentation())
  },

  async openllmetry() {
    const { OpenAIInstrumentation } = await import('@traceloop/instrumentation-openai')
    await askOpenAI(new OpenAIInstrumentation())
  },

  async strands() {
    const { Agent, tool } = await import('@strands-agents/sdk')
    const { OpenAIModel } = await import('@strands-agents/sdk/models/openai')
    let asked = 0
    const piece = (delta, finish_reason = null) =>
      `data: ${JSON.stringify({ id: 'x', model: 'gpt-5', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
    // The second is a tool that there is none of, by a name that the model made up.
    const tools = ['look', canary]
    const callOf = (name) => ({
      index: 0,
      id: `c${asked}`,
      type: 'function',
      function: { name, arguments: JSON.stringify({ canary }) },
    })
    const fetch = async () => {
      const name = tools[asked++]
      const said = name
        ? piece({ role: 'assistant', tool_calls: [callOf(name)] }) + piece({}, 'tool_calls')
        : piece({ role: 'assistant', content: canary }) + piece({}, 'stop')
      return new Response(`${said}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } })
    }
    const model = new OpenAIModel({
      api: 'chat',
      modelId: 'gpt-5',
      apiKey: 'sk-test',
      clientConfig: { fetch },
    })
    const inputSchema = { type: 'object', properties: { canary: { type: 'string' } } }
    const look = tool({ name: 'look', description: canary, inputSchema, callback: () => canary })
    await new Agent({ model, tools: [look], systemPrompt: canary, printer: false }).invoke(canary)
  },

  async adk() {
    const { BaseLlm, FunctionTool, InMemoryRunner, LlmAgent } = await import('@google/adk')
    const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 }
    let asked = 0
    class Model extends BaseLlm {
      async *generateContentAsync() {
        asked += 1
        const call = (id, name) => ({ functionCall: { id, name, args: { canary } } })
        const parts = asked === 1 ? [call('f1', 'look'), call('f2', canary)] : [{ text: canary }]
        yield { content: { role: 'model', parts }, usageMetadata }
      }
    }
    const parameters = { type: 'OBJECT', properties: { canary: { type: 'STRING' } } }
    const look = new FunctionTool({
      name: 'look',
      description: canary,
      parameters,
      execute: () => ({ canary }),
    })
    const model = new Model({ model: 'fake' })
    const agent = new LlmAgent({
      name: 'helper',
      model,
      description: canary,
      instruction: canary,
      tools: [look],
    })
    const runner = new InMemoryRunner({ agent, appName: 'app' })
    const session = await runner.sessionService.createSession({ appName: 'app', userId: 'u' })
    const newMessage = { role: 'user', parts: [{ text: canary }] }
    for await (const _ of runner.runAsync({ userId: 'u', sessionId: session.id, newMessage }));
  },
}

await LIBRARIES[library]()
await flushTraces()
