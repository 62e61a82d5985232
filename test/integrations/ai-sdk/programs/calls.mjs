// What the probes have in common: models of the scripted provider, tools, and what is noted of results.
import { createOpenAI } from '@ai-sdk/openai'

const providerOf = (t, script) => createOpenAI({ apiKey: 'sk-test', baseURL: `${t.address(script)}/v1` })

const { unasked } = JSON.parse(process.env.PROBING ?? '{}')

/** The word by which a call of versions 5 and 6 asks to be traced; nothing where the run is to do without it. */
export const asked = unasked ? {} : { isEnabled: true }
const telemetry = unasked ? {} : { experimental_telemetry: asked }

/** The settings of a call: the model of a script, and in versions 5 and 6 the word that it is traced. */
export const call = (t, script, more = {}) => ({
  model: providerOf(t, script).chat('gpt-4o'),
  prompt: 'Hi!',
  ...telemetry,
  ...more,
})

export const responsesModel = (t, script) => providerOf(t, script).responses('gpt-4o')
export const chatModel = (t, script) => providerOf(t, script).chat('gpt-4o')
export const embeddingModel = (t) => {
  const provider = providerOf(t, 'hello')
  return (provider.embeddingModel ?? provider.textEmbeddingModel).call(provider, 'text-embedding-3-small')
}

const city = (sdk) =>
  sdk.jsonSchema({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  })
export const weather = (t, execute = async ({ city }) => `sunny in ${city}`) =>
  t.sdk.tool({ description: 'Says the weather', inputSchema: city(t.sdk), execute })
export const clock = (t) =>
  t.sdk.tool({
    description: 'Says the time',
    inputSchema: t.sdk.jsonSchema({ type: 'object', properties: { zone: { type: 'string' } } }),
    execute: () => ({ time: 'noon' }),
  })

export const steps = ({ sdk }, count = 5) => ({ stopWhen: sdk.stepCountIs(count) })

/** Of a result what no two runs have apart. */
export const summary = (result) => ({
  kind: result.constructor.name,
  text: result.text,
  reasoning: result.reasoningText,
  finish: result.finishReason,
  usage: counts(result.totalUsage ?? result.usage),
  calls: result.toolCalls?.map(({ toolName, toolCallId, input }) => [toolName, toolCallId, input]),
  steps: result.steps?.map((step) => [
    step.finishReason,
    counts(step.usage),
    step.toolResults.map(({ toolName, output }) => [toolName, output]),
  ]),
  warnings: result.warnings,
  id: result.response?.id,
  model: result.response?.modelId,
})

const counts = (usage) => {
  const { raw: _raw, ...counted } = usage ?? {}
  return counted
}

/** A part of a stream, without what is made by chance. */
export const part = (one) => [
  one.type,
  one.text ?? one.delta ?? one.textDelta,
  one.toolName,
  one.output,
  one.finishReason,
  one.error && String(one.error),
]

export const failure = async (promise) => {
  try {
    return { came: await promise }
  } catch (error) {
    return {
      class: error.constructor.name,
      name: error.name,
      message: error.message,
      status: error.statusCode,
      reason: error.reason,
      causes: error.errors?.map(({ name, statusCode }) => [name, statusCode]),
    }
  }
}

/** Collects what nobody holds any more. */
export const collect = async (t) => {
  for (let round = 0; round < 20; round += 1) {
    t.gc()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/**
 * As {@link collect}, until two more spans have ended than when it was made. Version 7 holds nothing that was left, but
 * what is on its way still arrives first.
 */
export const collector = (t) => {
  const ended = () => t.turnspan.stats().sent + t.turnspan.stats().queued
  const waits = t.turnspan !== undefined && t.sdk.registerTelemetry !== undefined
  const before = waits ? ended() : 0
  return async () => {
    for (let round = 0; round < 10; round += 1) {
      await collect(t)
      if (!waits || ended() >= before + 2) return
    }
  }
}

/** A span of the program's own, where there is tracing. */
export const ownSpan = (t, name, fn) => (t.turnspan ? t.turnspan.withSpan(fn, { name }) : fn())

/** What comes of a promise that some versions never settle. */
export const orNever = (promise) =>
  Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 1000, 'never'))])
