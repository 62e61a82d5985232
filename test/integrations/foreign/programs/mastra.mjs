// An application on Mastra, whose agents, tools and workflows say the canary wherever they can: all goes well, a tool and
// the step of a workflow throw, the model asks for a tool that there is none of, its provider refuses.
import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { createTool } from '@mastra/core/tools'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { Observability } from '@mastra/observability'
import { OtelBridge } from '@mastra/otel-bridge'
import { OtelExporter } from '@mastra/otel-exporter'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { flushTraces, init } from 'turnspan'
import { TurnspanExporter } from 'turnspan/otel'
import * as z from 'zod/mini'

const { canary, captureContent, endpoint, models, way } = JSON.parse(process.env.SETTINGS)
const settings = { endpoint, protocol: 'http/protobuf', captureContent }

// The two ways in which spans of Mastra come to turnspan.
const WAYS = {
  bridge() {
    init({ ...settings, instrumentations: [] })
    return { bridge: new OtelBridge() }
  },
  "bridge and the application's provider"() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(new BasicTracerProvider())
    return WAYS.bridge()
  },
  exporter() {
    const exporter = new TurnspanExporter(settings)
    const provider = { custom: { endpoint } }
    return { exporters: [new OtelExporter({ provider, exporter, signals: { logs: false } })] }
  },
}

class Refused extends Error {
  name = canary
}

let failing = false
const look = createTool({
  id: 'look',
  description: canary,
  inputSchema: z.object({ canary: z.string() }),
  execute: async () => {
    if (failing) throw new Refused(canary)
    return { canary }
  },
})
const agent = (script) =>
  new Agent({
    id: 'helper',
    name: 'helper',
    description: canary,
    instructions: canary,
    maxRetries: 0,
    model: { id: 'openai/gpt-5', url: `${models[script]}/v1`, apiKey: 'sk-test' },
    tools: { look },
  })
const said = { inputSchema: z.object({ canary: z.string() }), outputSchema: z.object({ canary: z.string() }) }
const work = createStep({
  id: 'work',
  description: canary,
  ...said,
  execute: async ({ inputData }) => {
    if (failing) throw new Refused(canary)
    return inputData
  },
})
const workflow = createWorkflow({ id: 'flow', description: canary, ...said })
  .map(async ({ inputData }) => inputData)
  .then(work)
  .commit()

const agents = Object.fromEntries(Object.keys(models).map((script) => [script, agent(script)]))
const observability = new Observability({ configs: { default: { serviceName: 'shop', ...WAYS[way]() } } })
const mastra = new Mastra({ logger: false, agents, workflows: { flow: workflow }, observability })

const tracingOptions = { metadata: { note: canary }, tags: [canary] }
const options = { maxSteps: 3, modelSettings: { stopSequences: [canary], maxRetries: 0 }, tracingOptions }
const ask = (script) => mastra.getAgent(script).generate(canary, options)
async function flows() {
  const run = await mastra.getWorkflow('flow').createRun()
  return run.start({ inputData: { canary }, tracingOptions })
}

const stream = await mastra.getAgent('streams').stream(canary, options)
for await (const _ of stream.textStream);
await ask('helps')
await ask('invents')
const outcomes = [(await flows()).status]
failing = true
await ask('fails')
outcomes.push((await flows()).status)
outcomes.push(await ask('refuses').catch((error) => error.message))
process.stdout.write(JSON.stringify(outcomes))

await observability.getDefaultInstance().flush()
await flushTraces()
