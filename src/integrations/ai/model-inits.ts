import { fieldsOf, type ModelCallInit, number, read, SpanType, text } from '../base/index.ts'
import { type Known, wantsContent } from './known-calls.ts'
import { providerOf } from './provider.ts'
import { chatInputs, settingAttributes } from './request.ts'
import { nestedTools } from './tools.ts'

/** The call of a model as version 7 tells of its beginning. */
export function modelCall(event: unknown, known: Known): ModelCallInit {
  const records = known.recordsInputs && wantsContent()
  return {
    ...modelOf(event),
    operation: 'chat',
    spanType: SpanType.CHAT_MODEL,
    inputs: records ? chatInputs(event) : undefined,
    messageFormat: 'openai',
    tools: records ? nestedTools(read(event, 'tools')) : undefined,
    attributes: { ...settingAttributes(event), ...streamed(known) },
  }
}

/** The call of a model that is to answer with an object. */
export function objectCall(event: unknown, known: Known): ModelCallInit {
  const prompt = read(event, 'promptMessages')
  const records = known.recordsInputs && wantsContent()
  return {
    ...modelOf(event),
    operation: 'chat',
    spanType: SpanType.CHAT_MODEL,
    inputs: records && Array.isArray(prompt) ? chatInputs({ messages: prompt }) : known.inputs,
    messageFormat: 'openai',
    attributes: { ...known.settings, ...streamed(known), 'gen_ai.output.type': 'json' },
  }
}

const streamed = ({ operation }: Known): object =>
  operation.startsWith('ai.stream') ? { 'gen_ai.request.stream': true } : {}

export function embeddingCall(event: unknown, known: Known): ModelCallInit {
  return {
    ...modelOf(event),
    operation: 'embeddings',
    spanType: SpanType.EMBEDDING,
    inputs: known.recordsInputs ? { input: read(event, 'values') } : undefined,
    attributes: { 'gen_ai.embeddings.dimension.count': number(read(event, 'dimensions')) },
  }
}

export function rerankCall(event: unknown, known: Known): ModelCallInit {
  const { query, documents } = fieldsOf(event)
  return {
    ...modelOf(event),
    operation: 'rerank',
    spanType: SpanType.RERANKER,
    inputs: known.recordsInputs ? { query, documents } : undefined,
  }
}

const modelOf = (event: unknown): Pick<ModelCallInit, 'model' | 'provider'> => ({
  model: text(read(event, 'modelId')),
  provider: providerOf(read(event, 'provider')),
})
