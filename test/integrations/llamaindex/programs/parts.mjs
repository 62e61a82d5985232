// What the probes of LlamaIndex have in common.

export const model = (t, script, more = {}) =>
  new t.sdk.lib.OpenAI({
    model: 'gpt-4o',
    apiKey: 'sk-test',
    baseURL: `${t.address(script)}/v1`,
    maxRetries: 2,
    ...more,
  })

export const embeddings = (t) =>
  new t.sdk.lib.OpenAIEmbedding({
    model: 'text-embedding-3-small',
    apiKey: 'sk-test',
    baseURL: `${t.address('hello')}/v1`,
  })

export const weather = (t, execute) =>
  t.sdk.lib.tool({
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: t.sdk.lib.z.object({ city: t.sdk.lib.z.string() }),
    execute:
      execute ??
      (async ({ city }) => {
        t.note('weather', city)
        await t.settle()
        return `sunny in ${city}`
      }),
  })

export const time = (t) =>
  t.sdk.lib.tool({
    name: 'get_time',
    description: 'The time in a zone',
    parameters: t.sdk.lib.z.object({ zone: t.sdk.lib.z.string() }),
    execute: ({ zone }) => ({ zone, hour: 12 }),
  })

export const agent = (t, more = {}) =>
  t.sdk.lib.agent({
    name: 'Assistant',
    systemPrompt: 'Be brief.',
    llm: model(t),
    tools: [weather(t), time(t)],
    ...more,
  })

/** What a program sees of a run's last event. */
export const seen = ({ data }) => ({ result: data.result, agents: data.state.agents })

/** What becomes of something that fails. */
export const outcome = async (work) => {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: error.constructor.name, message: error.message }
  }
}

/** The failure of what nobody waits for: an agent whose model fails tells its program nothing. */
export const untold = async (work) => {
  const told = new Promise((resolve) => process.once('unhandledRejection', resolve))
  void work()
  const error = await told
  return [error.constructor.name, error.message]
}

export const retriever = (t, nodes) => {
  class Shelf extends t.sdk.lib.BaseRetriever {
    async _retrieve(query) {
      t.note('query', query)
      await t.settle()
      return nodes()
    }
  }
  return new Shelf()
}

export const found = (t) => [
  { node: new t.sdk.lib.TextNode({ id_: 'a', text: 'Paris is sunny.', metadata: { page: 1 } }), score: 0.5 },
]
