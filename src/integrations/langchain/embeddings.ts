import { types } from 'node:util'
import { follow } from '../../tracing/follow.ts'
import { thenPlainly } from '../../tracing/native-promise.ts'
import {
  activeContext,
  beginModelCall,
  currentPipeline,
  list,
  type Method,
  type ModelCall,
  type ModelUsage,
  modelCallIn,
  number,
  openAIUsage,
  type Patches,
  read,
  SpanType,
  text,
} from '../base/index.ts'
import { modelOf } from './model-facts.ts'

/**
 * Observes a class of embeddings: LangChain has no callbacks for these. `embedQuery` of one that calls its own
 * `embedDocuments`, and the client library below it, stay one call.
 *
 * @returns whether it is one
 */
export function patchEmbeddings(patches: Patches, prototype: unknown): boolean {
  const isOne =
    typeof read(prototype, 'embedQuery') === 'function' &&
    typeof read(prototype, 'embedDocuments') === 'function'
  if (!isOne) return false
  for (const method of ['embedQuery', 'embedDocuments']) patches.wrap(prototype, method, observed)
  // Those that ask OpenAI's API see the tokens here, and leave them out of their result.
  patches.wrap(prototype, 'embeddingWithRetry', observeUsage)
  return true
}

function observed(original: Method): Method {
  return function (...args) {
    const call = beginModelCall(() => ({
      ...modelOf({}, { id: serializedId(this) }, this),
      provider: providerOf(this),
      name: nameOf(this),
      spanType: SpanType.EMBEDDING,
      operation: 'embeddings',
      inputs: { input: args[0] },
      attributes: { 'gen_ai.embeddings.dimension.count': number(read(this, 'dimensions')) },
    }))
    if (call === undefined) return Reflect.apply(original, this, args)
    let returned: unknown
    try {
      returned = call.run(() => Reflect.apply(original, this, args))
    } catch (error) {
      call.fail(error)
      throw error
    }
    return follow(returned, {
      item: () => undefined,
      done: (vectors) => call.finish({ outputs: shapeOf(vectors), usage: used.get(call) }),
      failed: (error) => call.fail(error),
      stopped: () => call.stop('stopped'),
      run: (fn) => call.run(fn),
    })
  }
}

/** Tokens of the requests of a call so far: many texts are sent in several. */
const used: WeakMap<ModelCall, ModelUsage> = new WeakMap()

function observeUsage(original: Method): Method {
  return function (...args) {
    const returned: unknown = Reflect.apply(original, this, args)
    const call = currentPipeline() === undefined ? undefined : modelCallIn(activeContext())
    if (call === undefined || !types.isPromise(returned)) return returned
    // The class waits for it and handles its failure.
    void thenPlainly(
      returned,
      (response) => {
        const usage = openAIUsage(read(response, 'usage'))
        if (usage !== undefined) used.set(call, sum(used.get(call), usage))
      },
      () => undefined,
    )
    return returned
  }
}

const sum = (before: ModelUsage | undefined, usage: ModelUsage): ModelUsage => ({
  inputTokens: (before?.inputTokens ?? 0) + usage.inputTokens,
  outputTokens: (before?.outputTokens ?? 0) + usage.outputTokens,
})

/** The numbers themselves tell nobody anything, and are many. */
function shapeOf(vectors: unknown): object {
  const first = list(vectors)[0]
  return Array.isArray(first)
    ? { count: list(vectors).length, dimensions: first.length }
    : { count: 1, dimensions: list(vectors).length }
}

const serializedId = (instance: unknown): unknown => read(instance, 'lc_id')

const nameOf = (instance: unknown): string => text(read(instance, 'constructor', 'name')) ?? 'Embeddings'

/** `openai` of `OpenAIEmbeddings`: embeddings say nothing of their provider. */
function providerOf(instance: unknown): string | undefined {
  const name = nameOf(instance)
  const known = Object.keys(BY_NAME).find((start) => name.startsWith(start))
  return known === undefined ? undefined : BY_NAME[known]
}

const BY_NAME: Readonly<Record<string, string>> = {
  AzureOpenAI: 'azure.ai.openai',
  OpenAI: 'openai',
  GoogleGenerativeAI: 'gcp.gemini',
  VertexAI: 'gcp.vertex_ai',
  Bedrock: 'aws.bedrock',
  Cohere: 'cohere',
  MistralAI: 'mistral_ai',
  Ollama: 'ollama',
  TogetherAI: 'together_ai',
  Fireworks: 'fireworks_ai',
  Watsonx: 'ibm.watsonx.ai',
}
