// What the probes have in common.

export const hi = { model: 'gemini-2.5-flash', contents: 'Hi!' }

export const make = (tools, script, options = {}) => {
  const { GoogleGenAI } = tools.sdk
  const { httpOptions, ...rest } = options
  return new GoogleGenAI({
    apiKey: 'test-key',
    httpOptions: { baseUrl: tools.address(script), ...httpOptions },
    ...rest,
  })
}

export const models = (tools, script, options) => make(tools, script, options).models

/** The text of a stream of chunks. */
export const textOf = async (stream) => {
  let text = ''
  for await (const chunk of stream) text += chunk.candidates?.[0]?.content?.parts?.[0]?.text ?? ''
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

/** A response without the time at which it came, which is another each time. */
export const undated = (response) => {
  if (response?.sdkHttpResponse?.headers?.date) response.sdkHttpResponse.headers.date = '[date]'
  return response
}
