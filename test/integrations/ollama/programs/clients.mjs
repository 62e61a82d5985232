// What the probes have in common.
export const model = 'llama3.2'
export const messages = [{ role: 'user', content: 'Hi!' }]

/** A request of its own each time: the client writes into it. */
export const hi = (more) => ({ model, messages: structuredClone(messages), ...more })

export const clientOf = (t, script) => new t.sdk.Ollama({ host: t.address(script) })

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

export const partsOf = async (stream) => {
  const parts = []
  for await (const part of stream) parts.push(part)
  return parts
}
