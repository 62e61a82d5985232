import {
  beginModelCall,
  dataAt,
  follow,
  list,
  type Method,
  offerCall,
  read,
  SpanType,
  settingAt,
  text,
} from '../base/index.ts'
import { providerOf } from './providers.ts'

/** Observes one request of a class that asks OpenAI's API. */
export const observeEmbedding = (original: Method): Method => observed(original, () => true)

/**
 * Observes `getQueryEmbedding` and `getTextEmbeddingsBatch` of LlamaIndex's base class, where no request of theirs is
 * observed by itself.
 */
export const observeEmbeddings = (original: Method): Method =>
  observed(original, (embeddings) => typeof read(embeddings, 'getOpenAIEmbedding') !== 'function')

function observed(original: Method, concerns: (embeddings: unknown) => boolean): Method {
  return function (this: unknown, ...args) {
    const call = concerns(this)
      ? beginModelCall(() => ({
          spanType: SpanType.EMBEDDING,
          operation: 'embeddings',
          model: text(dataAt(this, 'model')),
          provider: providerOf(this),
          inputs: { input: args[0] },
          attributes: { 'gen_ai.embeddings.dimension.count': settingAt(this, 'dimensions') },
        }))
      : undefined
    if (call === undefined) return Reflect.apply(original, this, args)
    // The client below sees the tokens, of which LlamaIndex tells nothing.
    offerCall(call)
    let returned: unknown
    try {
      returned = call.run(() => Reflect.apply(original, this, args))
    } catch (error) {
      call.fail(error)
      throw error
    }
    return follow(returned, {
      item: () => undefined,
      done: (vectors) => call.finish({ outputs: shapeOf(vectors) }),
      failed: (error) => call.fail(error),
      stopped: () => call.stop('stopped'),
      run: (fn) => call.run(fn),
    })
  }
}

/** The numbers themselves tell nobody anything, and are many. */
function shapeOf(vectors: unknown): object {
  const first = list(vectors)[0]
  return Array.isArray(first)
    ? { count: list(vectors).length, dimensions: first.length }
    : { count: 1, dimensions: list(vectors).length }
}
