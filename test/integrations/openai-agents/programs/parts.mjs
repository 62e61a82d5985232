// What the probes of the OpenAI Agents SDK have in common.

/** The client of the one run of a script that a probe makes. */
export const client = (t, script) =>
  new t.sdk.lib.OpenAI({ apiKey: 'sk-test', baseURL: `${t.address(script)}/v1`, maxRetries: 2 })

export const responses = (t, script) => new t.sdk.lib.OpenAIResponsesModel(client(t, script), 'gpt-4o')
export const chat = (t, script) => new t.sdk.lib.OpenAIChatCompletionsModel(client(t, script), 'gpt-4o')

export const weather = (t, more = {}) =>
  t.sdk.lib.tool({
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: t.sdk.lib.z.object({ city: t.sdk.lib.z.string() }),
    execute: async ({ city }) => {
      t.note('weather', city)
      await t.settle()
      return `sunny in ${city}`
    },
    ...more,
  })

export const time = (t) =>
  t.sdk.lib.tool({
    name: 'get_time',
    description: 'The time in a zone',
    parameters: t.sdk.lib.z.object({ zone: t.sdk.lib.z.string() }),
    execute: async ({ zone }) => ({ zone, hour: 12 }),
  })

export const agent = (t, model, more = {}) =>
  new t.sdk.lib.Agent({ name: 'Assistant', instructions: 'Be brief.', model, ...more })

/** What a program sees of the result of a run. */
export const seen = (result) => ({
  output: result.finalOutput,
  items: result.newItems.map(({ type }) => type),
  history: result.history.length,
  last: result.lastAgent?.name,
  responses: result.rawResponses.length,
  usage: result.rawResponses.map(({ usage }) => [usage.inputTokens, usage.outputTokens]),
})

/** What becomes of something that fails. */
export const outcome = async (work) => {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: error.constructor.name, message: error.message, cause: String(error.cause) }
  }
}

/** A processor that notes what it is told, in order. */
export const listener = (t) => {
  const told = (event) => async (one) => {
    t.note(event, one.type, one.spanData?.type, one.spanData?.name, one.error?.message)
  }
  return {
    onTraceStart: told('trace start'),
    onTraceEnd: told('trace end'),
    onSpanStart: told('span start'),
    onSpanEnd: told('span end'),
    shutdown: async () => {},
    forceFlush: async () => {},
  }
}
