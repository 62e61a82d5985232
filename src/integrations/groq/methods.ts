import {
  binaryAnswer,
  chatAnswer,
  describeChat,
  describeEmbeddings,
  embeddingsAnswer,
  generating,
  methodsFor,
  plainMethod,
  type StainlessMethod,
  transcriptAnswer,
} from '../base/index.ts'
import type { GroqOptions } from './options.ts'
import { accumulateGroqChat } from './stream.ts'

/** What of the client's methods is traced, as data. */
export function methodsOf({ idleMs }: GroqOptions): readonly StainlessMethod[] {
  const model = methodsFor('groq', idleMs)
  return [
    model(['Chat', 'Completions'], 'create', describeChat, chatAnswer, accumulateGroqChat),
    model(['Embeddings'], 'create', describeEmbeddings, embeddingsAnswer),
    model(['Audio', 'Speech'], 'create', generating('speech', 'speech'), binaryAnswer),
    ...['Transcriptions', 'Translations'].map((resource) =>
      model(['Audio', resource], 'create', generating(resource.toLowerCase(), 'text'), transcriptAnswer),
    ),
    ...['create', 'retrieve', 'cancel'].map((method) => plainMethod('Batches', method)),
    ...['create', 'info', 'delete', 'content'].map((method) => plainMethod('Files', method)),
  ]
}
