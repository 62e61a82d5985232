import {
  type Answer,
  accumulateChat,
  accumulateEvents,
  askForUsage,
  binaryAnswer,
  chatAnswer,
  type Describe,
  dataAt,
  describeChat,
  describeCompletion,
  describeEmbeddings,
  embeddingsAnswer,
  generating,
  imagesAnswer,
  methodsFor,
  named,
  openAIUsage,
  plainMethod,
  SpanType,
  type StainlessMethod,
  text,
  transcriptAnswer,
  wholeOf,
} from '../base/index.ts'
import type { TogetherOptions } from './options.ts'

/** What of the client's methods is traced, as data. */
export function methodsOf({ idleMs, includeUsage }: TogetherOptions): readonly StainlessMethod[] {
  const asking = includeUsage ? { amend: askForUsage } : {}
  const model = methodsFor('together_ai', idleMs)
  return [
    { ...model(['Chat', 'Completions'], 'create', describeChat, chatAnswer, accumulateChat), ...asking },
    { ...model(['Completions'], 'create', describeCompletion, chatAnswer, accumulateChat), ...asking },
    model(['Embeddings'], 'create', describeEmbeddings, embeddingsAnswer),
    model(['Rerank'], 'create', describeRerank, rerankAnswer),
    // Early versions call it `create`.
    ...['generate', 'create'].map((method) =>
      model(['Images'], method, generating('images', 'image'), imagesAnswer),
    ),
    model(['Audio', 'Speech'], 'create', generating('speech', 'speech'), binaryAnswer, accumulateEvents),
    ...['Transcriptions', 'Translations'].map((resource) =>
      model(['Audio', resource], 'create', generating(resource.toLowerCase(), 'text'), transcriptAnswer),
    ),
    ...['create', 'retrieve'].map((method) => plainMethod('Videos', method)),
    ...['create', 'retrieve', 'cancel'].map((method) => plainMethod('Batches', method)),
    ...['retrieve', 'delete', 'content'].map((method) => plainMethod('Files', method)),
  ]
}

const describeRerank: Describe = (given, { attributes }) => ({
  name: named('rerank', given),
  spanType: SpanType.RERANKER,
  operation: 'rerank',
  content: wholeOf(given),
  attributes,
})

function rerankAnswer(result: unknown): Answer {
  return {
    outputs: result,
    usage: openAIUsage(dataAt(result, 'usage')),
    model: text(dataAt(result, 'model')),
    responseId: text(dataAt(result, 'id')),
  }
}
