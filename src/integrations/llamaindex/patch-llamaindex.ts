import { isObject, type Method, type Patches, read } from '../base/index.ts'
import { discoverModel, observeAgentRun, observeAgentTool } from './agents.ts'
import { observeEmbedding, observeEmbeddings } from './embeddings.ts'
import { modelsMet, observeChat } from './models.ts'
import type { LlamaIndexOptions } from './options.ts'
import { observeAgentChat, observeEngine, observeRetriever } from './steps.ts'
import { observeTools } from './tools.ts'
import { observeHandlers } from './workflows.ts'

/**
 * Observes LlamaIndex by the methods of its classes: its callbacks tell no failures, no end of a stream that is left, and
 * of tools only that they have run.
 *
 * @param copy - exports of a module, a class, or a list of these
 * @returns whether there was something that is known
 */
export function patchLlamaIndex(copy: unknown, patches: Patches, options: LlamaIndexOptions): boolean {
  return candidates(copy).filter((one) => patchOne(one, patches, options)).length > 0
}

/** What was given, and the classes that it exports where it is a module; lists are taken one by one. */
function candidates(copy: unknown): readonly unknown[] {
  if (Array.isArray(copy)) return copy.flatMap(candidates)
  if (!isObject(copy)) return []
  if (typeof copy === 'function') return [copy]
  const exported = Object.values(copy).filter((value) => typeof value === 'function')
  // The async context of workflows is a class inside of another one.
  return [...new Set([...exported, read(copy, 'AsyncContext', 'Variable'), read(copy, 'constructor')])]
}

function patchOne(one: unknown, patches: Patches, options: LlamaIndexOptions): boolean {
  const prototype = read(one, 'prototype')
  if (!isObject(prototype)) return false
  const has = (...keys: string[]): boolean => keys.every((key) => isMethod(prototype, key))
  const wrap = (key: string, make: (original: Method) => Method): boolean =>
    patches.wrap(prototype, key, make)
  if (has('runStream', 'callTool')) {
    wrap('runStream', observeAgentRun)
    return wrap('callTool', observeAgentTool)
  }
  const met = modelsMet(patches, options)
  if (has('takeStep', 'finalize')) return wrap('takeStep', (original) => discoverModel(original, met))
  if (has('complete') && (has('exec') || has('chat'))) {
    wrap('complete', (original) => discoverModel(original, met))
    wrap('exec', (original) => discoverModel(original, met))
    wrap('chat', (original) => observeChat(original, options))
    return true
  }
  if (has('getTextEmbeddingsBatch', 'getQueryEmbedding')) {
    wrap('getOpenAIEmbedding', observeEmbedding)
    wrap('getQueryEmbedding', observeEmbeddings)
    return wrap('getTextEmbeddingsBatch', observeEmbeddings)
  }
  if (has('retrieve', '_handleRecursiveRetrieval')) return wrap('retrieve', observeRetriever)
  if (has('query', 'retrieve')) return wrap('query', (original) => observeEngine(original, 'query'))
  if (has('synthesize', 'validatePrompts')) {
    return wrap('synthesize', (original) => observeEngine(original, 'query'))
  }
  if (has('chat', 'createTask')) return wrap('chat', observeAgentChat)
  if (has('chat', 'reset')) return wrap('chat', (original) => observeEngine(original, 'message'))
  if (has('run', 'get') && isAsyncVariable(one)) return wrap('run', observeHandlers)
  return observeTools(one, patches)
}

const isMethod = (prototype: object, key: string): boolean => typeof read(prototype, key) === 'function'

/** `AsyncContext.Variable` of `@llamaindex/workflow-core`, whose instances hold nothing but Node's storage. */
const isAsyncVariable = (one: unknown): boolean =>
  Object.getOwnPropertyNames(read(one, 'prototype')).length === 3 && (one as { length: number }).length === 0
