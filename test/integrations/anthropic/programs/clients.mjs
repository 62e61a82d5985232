// What the probes have in common.

export const hi = {
  model: 'claude-sonnet-4-5',
  max_tokens: 200,
  messages: [{ role: 'user', content: 'Hi!' }],
}

export const clientClass = ({ sdk }) => sdk.Anthropic ?? sdk.default?.Anthropic ?? sdk.default

export const make = (tools, script, options = {}) =>
  new (clientClass(tools))({ apiKey: 'sk-ant-test', baseURL: tools.address(script), ...options })

export const messages = (tools, script, options) => make(tools, script, options).messages

/** The text of a stream of events. */
export const textOf = async (stream) => {
  let text = ''
  for await (const event of stream) text += event.delta?.text ?? ''
  return text
}

/** What a promise is rejected with. */
export const failureOf = async (promise) => {
  try {
    return { came: await promise }
  } catch (error) {
    return error
  }
}

/** Resolves when Node has told of a rejection that nobody handled. */
export const unhandled = () => new Promise((resolve) => process.once('unhandledRejection', resolve))
