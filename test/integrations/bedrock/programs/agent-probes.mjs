// Agents and knowledge bases.
import { eventsOf, failureOf, optionsOf } from './clients.mjs'

const agents = await import('@aws-sdk/client-bedrock-agent-runtime')

const send = (t, name, input, options) =>
  new agents.BedrockAgentRuntimeClient(optionsOf(t.address())).send(
    new agents[`${name}Command`](input),
    options,
  )

const asked = {
  agentId: 'AGENT1',
  agentAliasId: 'ALIAS1',
  sessionId: 's-agent',
  inputText: 'Weather in Paris?',
  enableTrace: true,
}

const texts = async (stream) => {
  const seen = []
  for await (const event of stream) {
    if (event.chunk) seen.push(new TextDecoder().decode(event.chunk.bytes))
    else seen.push(Object.keys(event))
  }
  return seen
}

const knowledge = {
  input: { text: 'Weather in Paris?' },
  retrieveAndGenerateConfiguration: {
    type: 'KNOWLEDGE_BASE',
    knowledgeBaseConfiguration: {
      knowledgeBaseId: 'KB1',
      modelArn: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
    },
  },
}

export const agentProbes = [
  { name: 'agent', run: async (t) => texts((await send(t, 'InvokeAgent', asked)).completion) },
  {
    name: 'agent-return-control',
    script: 'tool',
    run: async (t) => eventsOf((await send(t, 'InvokeAgent', asked)).completion),
  },
  {
    name: 'agent-fails',
    script: 'stream-error',
    run: async (t) => failureOf(texts((await send(t, 'InvokeAgent', asked)).completion)),
  },
  {
    name: 'agent-break',
    // So slow that what is left of it is still to come.
    script: 'slow',
    run: async (t) => {
      const controller = new AbortController()
      const { completion } = await send(t, 'InvokeAgent', asked, { abortSignal: controller.signal })
      for await (const _event of completion) break
      controller.abort()
    },
  },
  { name: 'agent-error', script: 'error-400', run: (t) => failureOf(send(t, 'InvokeAgent', asked)) },
  {
    name: 'retrieve',
    run: (t) =>
      send(t, 'Retrieve', {
        knowledgeBaseId: 'KB1',
        retrievalQuery: { text: 'Weather in Paris?' },
        retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 3 } },
      }),
  },
  { name: 'generate', run: (t) => send(t, 'RetrieveAndGenerate', knowledge) },
  {
    name: 'generate-stream',
    needs: () => 'RetrieveAndGenerateStreamCommand' in agents,
    run: async (t) => {
      const { stream, ...rest } = await send(t, 'RetrieveAndGenerateStream', knowledge)
      return [rest, await eventsOf(stream)]
    },
  },
]
