import {
  type Answer,
  dataAt,
  dataOf,
  type Fields,
  fieldsOf,
  type Given,
  growingText,
  keys,
  type ModelCall,
  type ModelCallInit,
  read,
  SpanType,
  type StreamAccumulator,
  settingAt,
  text,
} from '../base/index.ts'
import { documentsOf } from './agent-tools.ts'
import { nameOfModel } from './converse.ts'
import type { Operation } from './operation.ts'

/** A search in a knowledge base. */
export const RETRIEVE: Operation = {
  begin: (given) => ({
    name: 'retrieve',
    spanType: SpanType.RETRIEVER,
    operation: 'retrieval',
    provider: 'aws.bedrock',
    content: () => ({ inputs: { query: read(given.data(), 'retrievalQuery', 'text') } }),
    attributes: {
      'gen_ai.data_source.id': text(dataAt(given.value, 'knowledgeBaseId')),
      'gen_ai.request.top_k': settingAt(
        dataAt(given.value, 'retrievalConfiguration'),
        'vectorSearchConfiguration',
        'numberOfResults',
      ),
    },
  }),
  parametersOf: fieldsOf,
  answer: (output) => ({ outputs: documentsOf(dataOf(dataAt(output, 'retrievalResults'))) }),
}

/** A search, and an answer that a model makes of what was found. */
export const RETRIEVE_AND_GENERATE: Operation = {
  begin: beginGenerating,
  parametersOf: fieldsOf,
  answer: (output, call) => {
    noteSession(call, dataAt(output, 'sessionId'))
    const { output: said, citations, guardrailAction } = fieldsOf(dataOf(output))
    return generated(read(said, 'text'), citations, guardrailAction)
  },
}

export const RETRIEVE_AND_GENERATE_STREAM: Operation = {
  ...RETRIEVE_AND_GENERATE,
  stream: { member: 'stream', accumulate: accumulateGenerated },
}

const CONFIGURATIONS = ['knowledgeBaseConfiguration', 'externalSourcesConfiguration'] as const

function beginGenerating(given: Given): ModelCallInit {
  const configuration = dataAt(given.value, 'retrieveAndGenerateConfiguration')
  const [model] = CONFIGURATIONS.flatMap((key) => nameOfModel(dataAt(configuration, key, 'modelArn')) ?? [])
  return {
    name: 'retrieve_and_generate',
    spanType: SpanType.CHAIN,
    operation: 'chat',
    model,
    provider: 'aws.bedrock',
    messageFormat: 'openai',
    content: () => ({
      inputs: { messages: [{ role: 'user', content: read(given.data(), 'input', 'text') }] },
    }),
    attributes: {
      'gen_ai.data_source.id': text(dataAt(configuration, 'knowledgeBaseConfiguration', 'knowledgeBaseId')),
      [keys.CONVERSATION_ID]: text(dataAt(given.value, 'sessionId')),
    },
  }
}

/** The service names a session with its first answer. */
function noteSession({ span }: ModelCall, sessionId: unknown): void {
  const known = text(sessionId)
  if (known !== undefined) span.setAttribute(keys.CONVERSATION_ID, known)
}

function generated(said: unknown, citations: unknown, guardrailAction: unknown): Answer {
  const cited: Fields = { ...(citations !== undefined && { citations }) }
  return {
    outputs: { messages: [{ role: 'assistant', content: text(said) ?? '' }], ...cited },
    attributes: { 'aws.bedrock.guardrail.action': text(guardrailAction) },
  }
}

const MAX_CITATIONS = 256

function accumulateGenerated(call: ModelCall, output: unknown): StreamAccumulator {
  const { content, limits } = call.accumulating
  const said = growingText(limits.maxValueBytes)
  const citations: unknown[] = []
  let guardrailAction: unknown
  noteSession(call, dataAt(output, 'sessionId'))
  return {
    isFirst: (event) => text(read(event, 'output', 'text')) !== undefined,
    add(event) {
      guardrailAction = read(event, 'guardrail', 'action') ?? guardrailAction
      if (!content) return
      said.add(read(event, 'output', 'text'))
      const citation = read(event, 'citation', 'citation') ?? read(event, 'citation')
      if (citation !== undefined && citations.length < MAX_CITATIONS) citations.push(dataOf(citation))
    },
    answer: () => generated(said.value(), citations.length === 0 ? undefined : citations, guardrailAction),
  }
}
