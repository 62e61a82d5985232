import {
  accumulateChat,
  accumulateEvents,
  accumulateResponses,
  askForUsage,
  binaryAnswer,
  chatAnswer,
  describeChat,
  describeCompletion,
  describeEmbeddings,
  describeModeration,
  describeResponse,
  embeddingsAnswer,
  generating,
  imagesAnswer,
  methodsFor,
  moderationAnswer,
  plainMethod,
  responsesAnswer,
  type StainlessMethod,
  transcriptAnswer,
} from '../base/index.ts'
import type { OpenAIOptions } from './options.ts'

/** What of the client's methods is traced, as data. */
export function methodsOf(options: OpenAIOptions): readonly StainlessMethod[] {
  const asking = options.includeUsage ? { amend: askForUsage } : {}
  // A service that nobody knows is, as far as anybody can tell, compatible with OpenAI's.
  const model = methodsFor('openai', options.idleMs)
  return [
    { ...model(['Chat', 'Completions'], 'create', describeChat, chatAnswer, accumulateChat), ...asking },
    model(['Responses'], 'create', describeResponse, responsesAnswer, accumulateResponses),
    model(['Beta', 'Responses'], 'create', describeResponse, responsesAnswer, accumulateResponses),
    { ...model(['Completions'], 'create', describeCompletion, chatAnswer, accumulateChat), ...asking },
    model(['Embeddings'], 'create', describeEmbeddings, embeddingsAnswer),
    ...['generate', 'edit', 'createVariation'].map((method) =>
      model(['Images'], method, generating('images', 'image'), imagesAnswer, accumulateEvents),
    ),
    model(['Audio', 'Speech'], 'create', generating('speech', 'speech'), binaryAnswer),
    ...['Transcriptions', 'Translations'].map((resource) =>
      model(
        ['Audio', resource],
        'create',
        generating(resource.toLowerCase(), 'text'),
        transcriptAnswer,
        accumulateEvents,
      ),
    ),
    model(['Moderations'], 'create', describeModeration, moderationAnswer),
    ...['create', 'retrieve', 'cancel'].map((method) => plainMethod('Batches', method)),
    ...['create', 'retrieve', 'del', 'delete', 'content'].map((method) => plainMethod('Files', method)),
  ]
}
