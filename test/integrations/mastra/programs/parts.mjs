// What the probes of Mastra have in common.

/** A Mastra with these parts, traced where turnspan is on; `more` is configured of its observability. */
export async function mastra(t, parts, more = {}) {
  const { Mastra } = t.sdk.core
  return new Mastra({ logger: false, ...parts, ...(t.turnspan && (await observed(t, more))) })
}

let isConfigured = false

async function observed(t, { exporting = false, ...more }) {
  const { createMastraBridge, createMastraExporter } = await t.sdk.bridge()
  const { observability } = t.sdk
  if (observability === undefined) {
    // Its configurations are those of the process.
    if (isConfigured) return {}
    isConfigured = true
    const config = { serviceName: 'shop', exporters: [createMastraExporter()] }
    return { observability: { configs: { default: config } } }
  }
  const way = exporting ? { exporters: [createMastraExporter()] } : { bridge: createMastraBridge() }
  const config = { serviceName: 'shop', ...way, ...more }
  return { observability: new observability.Observability({ configs: { default: config } }) }
}

export const agent = (t, more = {}) =>
  new t.sdk.agents.Agent({
    id: 'assistant',
    name: 'assistant',
    instructions: 'Be brief.',
    maxRetries: 0,
    model: { id: 'openai/gpt-4o', url: `${t.address()}/v1`, apiKey: 'sk-test' },
    ...more,
  })

export const weather = (t, execute) =>
  t.sdk.tools.createTool({
    id: 'get_weather',
    description: 'The weather in a city',
    inputSchema: t.sdk.z.object({ city: t.sdk.z.string() }),
    execute:
      execute ??
      (async (given) => {
        t.note('weather', given.city ?? given.context?.city)
        await t.settle()
        return { sky: await inside(t, async () => 'sunny') }
      }),
  })

/** Work of the program, in a span of its own where turnspan is on. */
export const inside = (t, work) => (t.turnspan ? t.turnspan.withSpan(work, { name: 'inside' }) : work())

export const time = (t) =>
  t.sdk.tools.createTool({
    id: 'get_time',
    description: 'The time in a zone',
    inputSchema: t.sdk.z.object({ zone: t.sdk.z.string() }),
    execute: async () => ({ hour: 12 }),
  })

export const options = (more = {}) => ({
  maxSteps: 4,
  modelSettings: { maxRetries: 0, temperature: 0.5 },
  tracingOptions: { metadata: { userId: 'u-1', sessionId: 's-1' }, ...more },
})

/** What a program gets of an agent, without random IDs and times. */
export const shown = ({ text, usage, finishReason, toolCalls, toolResults }) => ({
  text,
  usage,
  finishReason,
  calls: toolCalls?.map(({ payload }) => payload && [payload.toolName, payload.args]),
  results: toolResults?.map(({ payload }) => payload && [payload.toolName, payload.result?.sky]),
})

/** One run of an agent alone. */
export async function ask(t, more = {}, tracing = {}, observing = {}) {
  const app = await mastra(t, { agents: { assistant: agent(t, more) } }, observing)
  try {
    return shown(await app.getAgent('assistant').generate('How is the weather?', options(tracing)))
  } catch (error) {
    // It has the times of the answer.
    return { failed: [error.constructor.name, error.message, error.statusCode] }
  }
}
