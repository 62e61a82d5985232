// What the probes of ADK have in common.

/** A model that asks the provider of the probe; ADK's client takes its address from the environment. */
export function gemini(t, script) {
  process.env.GOOGLE_GEMINI_BASE_URL = t.address(script)
  return new t.sdk.lib.Gemini({ model: 'gemini-2.5-flash', apiKey: 'test' })
}

export const agent = (t, more = {}) =>
  new t.sdk.lib.LlmAgent({
    name: 'assistant',
    model: more.model ?? gemini(t),
    instruction: 'Be brief.',
    ...more,
  })

export const weather = (t, execute) =>
  new t.sdk.lib.FunctionTool({
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } },
    execute:
      execute ??
      (async ({ city }) => {
        t.note('weather', city)
        await t.settle()
        return { sky: `sunny in ${city}` }
      }),
  })

export const time = (t) =>
  new t.sdk.lib.FunctionTool({
    name: 'get_time',
    description: 'The time in a zone',
    parameters: { type: 'OBJECT', properties: { zone: { type: 'STRING' } } },
    execute: ({ zone }) => ({ zone, hour: 12 }),
  })

export const message = (text) => ({ role: 'user', parts: [{ text }] })

/** A runner with a session, and a run of it. */
export async function start(t, root, { text = 'How is the weather?', runner: more, ...params } = {}) {
  const runner = new t.sdk.lib.InMemoryRunner({ agent: root, appName: 'app', ...more })
  await runner.sessionService.createSession({ appName: 'app', userId: 'u-1', sessionId: 's-1' })
  return runner.runAsync({ userId: 'u-1', sessionId: 's-1', newMessage: message(text), ...params })
}

/** All events of a run, as a program sees them, without their random IDs and times. */
export async function seen(run) {
  const events = []
  for await (const event of await run) events.push(shown(event))
  return events
}

export const shown = ({ author, content, partial, errorCode, errorMessage, usageMetadata }) => ({
  author,
  partial,
  errorCode,
  errorMessage,
  tokens: usageMetadata?.totalTokenCount,
  parts: content?.parts?.map(({ text, functionCall, functionResponse }) => ({
    text,
    call: functionCall && [functionCall.name, functionCall.args],
    response: functionResponse && [functionResponse.name, functionResponse.response],
  })),
})

export const ask = async (t, root, params) => seen(start(t, root, params))

/** A plugin that notes what it is told, in order. */
export function listener(t, name, answers = {}) {
  class Listener extends t.sdk.lib.BasePlugin {}
  for (const callback of CALLBACKS) {
    Listener.prototype[callback] = async (params) => {
      t.note(name, callback, params.tool?.name, params.agent?.name, params.error?.message)
      return answers[callback]
    }
  }
  return new Listener(name)
}

const CALLBACKS = [
  'onUserMessageCallback',
  'beforeRunCallback',
  'afterRunCallback',
  'beforeAgentCallback',
  'afterAgentCallback',
  'beforeModelCallback',
  'afterModelCallback',
  'onModelErrorCallback',
  'beforeToolCallback',
  'afterToolCallback',
  'onToolErrorCallback',
]
