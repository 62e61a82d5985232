// What the probes have in common.
import { NodeHttpHandler } from '@smithy/node-http-handler'

export const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0'
export const hi = { modelId: HAIKU, messages: [{ role: 'user', content: [{ text: 'Hi!' }] }] }

/** Whether the version has the command. */
export const has =
  (...names) =>
  ({ sdk }) =>
    names.every((name) => `${name}Command` in sdk)

export const optionsOf = (address, more) => ({
  region: 'us-east-1',
  endpoint: address,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler(),
  ...more,
})

const retryToken = (count) => ({
  getRetryCount: () => count,
  getRetryDelay: () => 10,
  getRetryCost: () => 1,
  getLastRetryCost: () => undefined,
})

/** Two more attempts, without the client's long waits between them. */
export const retrying = {
  maxAttempts: 3,
  retryStrategy: {
    mode: 'standard',
    acquireInitialRetryToken: async () => retryToken(0),
    refreshRetryTokenForRetry: async (token) => {
      if (token.getRetryCount() >= 2) throw new Error('enough')
      return retryToken(token.getRetryCount() + 1)
    },
    recordSuccess: () => undefined,
  },
}

export const clientOf = (t, script, more) =>
  new t.sdk.BedrockRuntimeClient(optionsOf(t.address(script), more))

export const commandOf = (t, name, input = hi) => new t.sdk[`${name}Command`](input)

/** Sends a command and gives its output, without what is random in it. */
export const send = async (t, name, input = hi, { script, options, client = clientOf(t, script) } = {}) =>
  settled(await client.send(commandOf(t, name, input), options))

/** How long the client waited between attempts is another time each time. */
export const settled = (output) => {
  if (output?.$metadata?.totalRetryDelay) output.$metadata.totalRetryDelay = '[delay]'
  return output
}

/** A body for InvokeModel. */
export const bodyOf = (modelId, body) => ({
  modelId,
  contentType: 'application/json',
  accept: 'application/json',
  body: JSON.stringify(body),
})

export const claude = (content = 'Hi!') =>
  bodyOf(HAIKU, {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 100,
    messages: [{ role: 'user', content }],
  })

export const jsonOf = (bytes) => JSON.parse(new TextDecoder().decode(bytes))

/** What a promise is rejected with. */
export const failureOf = async (promise) => {
  try {
    return { came: await promise }
  } catch (error) {
    return settled(error)
  }
}

/** Resolves when Node has told of a rejection that nobody handled. */
export const unhandled = () => new Promise((resolve) => process.once('unhandledRejection', resolve))

/** The events of a stream; bodies as JSON. */
export const eventsOf = async (stream) => {
  const events = []
  for await (const event of stream) events.push(event.chunk?.bytes ? jsonOf(event.chunk.bytes) : event)
  return events
}
