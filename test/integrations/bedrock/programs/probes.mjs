// Every form in which a program calls Bedrock. Each probe returns and notes what it saw.
import { agentProbes } from './agent-probes.mjs'
import { clientOf, commandOf, HAIKU, has, hi, optionsOf, retrying, send, settled } from './clients.mjs'
import { errorProbes } from './error-probes.mjs'
import { invokeProbes } from './invoke-probes.mjs'
import { streamProbes } from './stream-probes.mjs'

const toolConfig = {
  tools: [
    {
      toolSpec: {
        name: 'get_weather',
        description: 'Says how the weather is',
        inputSchema: {
          json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      },
    },
  ],
}

const converseProbes = [
  { name: 'converse', run: (t) => send(t, 'Converse') },
  {
    name: 'converse-parameters',
    script: 'tool',
    run: (t) =>
      send(t, 'Converse', {
        ...hi,
        modelId: 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0',
        system: [{ text: 'Be kind.' }],
        inferenceConfig: { maxTokens: 200, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
        additionalModelRequestFields: { top_k: 40, thinking: { type: 'enabled', budget_tokens: 512 } },
        toolConfig,
      }),
  },
  {
    name: 'converse-conversation',
    run: (t) =>
      send(t, 'Converse', {
        ...hi,
        messages: [
          {
            role: 'user',
            content: [
              { text: 'Weather in Paris?' },
              { image: { format: 'png', source: { bytes: new Uint8Array([1, 2, 3]) } } },
              { document: { format: 'txt', name: 'notes', source: { bytes: new Uint8Array([4]) } } },
            ],
          },
          {
            role: 'assistant',
            content: [
              { reasoningContent: { reasoningText: { text: 'I think.', signature: 'c2ln' } } },
              { toolUse: { toolUseId: 'call_1', name: 'get_weather', input: { city: 'Paris' } } },
            ],
          },
          {
            role: 'user',
            content: [
              { toolResult: { toolUseId: 'call_1', content: [{ json: { sky: 'blue' } }], status: 'error' } },
            ],
          },
        ],
      }),
  },
  { name: 'converse-cached', script: 'cached', run: (t) => send(t, 'Converse') },
  { name: 'converse-reasoning', script: 'reasoning', run: (t) => send(t, 'Converse') },
  { name: 'converse-length', script: 'length', run: (t) => send(t, 'Converse') },
  {
    name: 'method-of-the-command',
    run: async (t) => {
      const client = new t.sdk.BedrockRuntime(optionsOf(t.address()))
      const first = await client.converse(hi)
      const second = await new Promise((resolve) => client.converse(hi, (_error, output) => resolve(output)))
      return [first.stopReason, second.stopReason]
    },
  },
].map((probe) => ({ ...probe, needs: has('Converse') }))

const langchainProbes = [
  {
    name: 'langchain',
    run: async (t) => {
      const { ChatBedrockConverse } = await import('@langchain/aws')
      const said = await new ChatBedrockConverse({
        model: HAIKU,
        region: 'us-east-1',
        client: clientOf(t),
      }).invoke('Hi!')
      return said.content
    },
  },
  {
    name: 'langchain-stream',
    run: async (t) => {
      const { ChatBedrockConverse } = await import('@langchain/aws')
      let said = ''
      const model = new ChatBedrockConverse({ model: HAIKU, region: 'us-east-1', client: clientOf(t) })
      for await (const { content } of await model.stream('Hi!'))
        said += typeof content === 'string' ? content : ''
      return said
    },
  },
  {
    name: 'langchain-retry',
    script: 'retry-429',
    run: async (t) => {
      const { ChatBedrockConverse } = await import('@langchain/aws')
      const client = clientOf(t, undefined, retrying)
      return (await new ChatBedrockConverse({ model: HAIKU, region: 'us-east-1', client }).invoke('Hi!'))
        .content
    },
  },
  {
    name: 'anthropics-own-client',
    run: async (t) => {
      const { AnthropicBedrock } = await import('@anthropic-ai/bedrock-sdk')
      const keys = { awsAccessKey: 'AKIDEXAMPLE', awsSecretKey: 'secret', awsRegion: 'us-east-1' }
      const client = new AnthropicBedrock({ ...keys, baseURL: t.address(), maxRetries: 0 })
      const messages = [{ role: 'user', content: 'Hi!' }]
      return (await client.messages.create({ model: HAIKU, max_tokens: 100, messages })).content
    },
  },
].map((probe) => ({ ...probe, needs: has('CountTokens') }))

const shapeProbes = [
  {
    name: 'promise-shape',
    run: async (t) => {
      const promise = clientOf(t).send(commandOf(t, 'InvokeModel', undefined))
      t.note(promise instanceof Promise, promise.constructor.name, Object.keys(promise))
      return promise.then(settled, (error) => error.name)
    },
  },
  {
    name: 'client-shape',
    run: (t) => {
      const client = clientOf(t)
      const { send: method } = client
      t.note(method.name, method.length, Object.hasOwn(client, 'send'), 'prototype' in method)
      t.note(Object.keys(client), client.constructor.name, client.middlewareStack.identify())
      t.note(Object.keys(t.sdk.BedrockRuntimeClient.prototype))
      const names = []
      for (const name in client) names.push(name)
      return names
    },
  },
]

export const probes = [
  ...converseProbes,
  ...invokeProbes,
  ...streamProbes,
  ...errorProbes,
  ...agentProbes,
  ...langchainProbes,
  ...shapeProbes,
]
