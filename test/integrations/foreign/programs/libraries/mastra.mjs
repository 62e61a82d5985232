import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { createTool } from '@mastra/core/tools'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { Observability } from '@mastra/observability'
import { OtelBridge } from '@mastra/otel-bridge'
import * as z from 'zod/mini'

export async function run({ say, models, failure }) {
  let failing = false
  const look = createTool({
    id: 'look',
    description: say('Looks outside.'),
    inputSchema: z.object({ city: z.string() }),
    execute: async () => {
      if (failing) throw new Error(say('It is dark.'))
      return { weather: say('Sunny.') }
    },
  })
  const agent = (script) =>
    new Agent({
      id: 'weather',
      name: 'weather',
      instructions: say('Be brief.'),
      maxRetries: 0,
      model: { id: 'openai/gpt-4o', url: `${models[script]}/v1`, apiKey: 'sk-test' },
      tools: { look },
    })
  const given = { inputSchema: z.object({ city: z.string() }), outputSchema: z.object({ city: z.string() }) }
  const step = createStep({ id: 'work', ...given, execute: async ({ inputData }) => inputData })
  const workflow = createWorkflow({ id: 'flow', ...given })
    .then(step)
    .commit()
  const agents = Object.fromEntries(Object.keys(models).map((script) => [script, agent(script)]))
  const observability = new Observability({
    configs: { default: { serviceName: 'shop', bridge: new OtelBridge() } },
  })
  const mastra = new Mastra({ logger: false, agents, workflows: { flow: workflow }, observability })
  const options = {
    maxSteps: 3,
    memory: undefined,
    modelSettings: { maxRetries: 0 },
    tracingOptions: { metadata: { userId: 'u-1', sessionId: 's-1' } },
  }
  const ask = async (script) =>
    (await mastra.getAgent(script).generate(say('How is the weather?'), options)).text
  const said = await ask('works')
  // A tool that there is none of, by a name that the model made up.
  if (models.invents) await failure(() => ask('invents'))
  const started = await (await mastra.getWorkflow('flow').createRun()).start({
    inputData: { city: say('Paris') },
  })
  failing = true
  await ask('breaks')
  const refused = await failure(() => ask('refuses'))
  await observability.getDefaultInstance().flush()
  return [said, started.status, refused]
}
