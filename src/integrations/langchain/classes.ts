import {
  currentPipeline,
  dataAt,
  isObject,
  type Method,
  ownerOf,
  type Patches,
  quietly,
  read,
} from '../base/index.ts'
import { patchEmbeddings } from './embeddings.ts'
import { bindGenerator } from './generator.ts'
import type { LangChainOptions } from './options.ts'
import { observeReading } from './reading.ts'
import { managedRun, runWithId, runWithin } from './runs.ts'
import { observeToolCall } from './tool-call.ts'

/** What models, tools and retrievers of all packages implement; each gets the manager of its run. */
const CONTRACT = ['_generate', '_streamResponseChunks', '_call', '_getRelevantDocuments'] as const

/**
 * Observes LangChain's base classes: what the classes of a program implement is run in the context of the run that it
 * is called for. These are found as the base classes call them, since nobody knows them beforehand.
 *
 * @param target - a class, its prototype, an instance, or LangChain's keeper of the running config
 * @returns whether it is one of them
 */
export function patchClasses(patches: Patches, target: unknown, options: LangChainOptions): boolean {
  const seen = discovery(patches, options)
  const prototype = typeof target === 'function' ? read(target, 'prototype') : target
  const has = (key: string): boolean => typeof read(prototype, key) === 'function'
  let found = false
  const wrap = (key: string, make: (original: Method) => Method): void => {
    if (patches.wrap(prototype, key, make)) found = true
  }
  if (has('runWithConfig') && has('getRunnableConfig')) wrap('runWithConfig', observeConfig)
  if (has('pipe') && has('stream') && has('transform')) {
    wrap('stream', (original) => discovering(original, seen))
    if (has('_transformStreamWithConfig')) {
      wrap('_transformStreamWithConfig', (original) => observeReading(original, 2, options.idleMs))
    }
    observeStreams(patches, prototype, seen, options)
  }
  if (has('generatePrompt') && has('generate')) wrap('generate', (original) => discovering(original, seen))
  if (has('call') && isToolClass(prototype)) wrap('call', (original) => observedTool(original, seen))
  if (has('_getRelevantDocuments')) {
    for (const key of ['invoke', 'getRelevantDocuments']) {
      if (has(key)) wrap(key, (original) => discovering(original, seen))
    }
  }
  if (has('similaritySearch') && has('asRetriever')) {
    const embeddings = (store: unknown): void =>
      void patchEmbeddings(patches, prototypeOf(read(store, 'embeddings')))
    for (const key of ['similaritySearch', 'similaritySearchWithScore', 'maxMarginalRelevanceSearch']) {
      if (has(key)) wrap(key, (original) => discovering(original, embeddings))
    }
  }
  if (patchEmbeddings(patches, prototype)) found = true
  return found
}

const isToolClass = (prototype: unknown): boolean =>
  String(read(prototype, 'lc_namespace')) === 'langchain,tools'

const prototypeOf = (instance: unknown): unknown =>
  isObject(instance) ? Object.getPrototypeOf(instance) : undefined

const MAX_CLASSES = 1000

/** Takes the classes of instances as they are met. */
function discovery(patches: Patches, options: LangChainOptions): (instance: unknown) => void {
  const met = new WeakSet()
  let count = 0
  const meet = (instance: unknown): void => {
    const prototype = prototypeOf(instance)
    // A program that makes classes as it goes must not make us keep them all.
    if (!isObject(prototype) || met.has(prototype) || count >= MAX_CLASSES) return
    met.add(prototype)
    count += 1
    for (const key of CONTRACT) {
      // What an instance itself carries is its own affair.
      patches.wrap(prototype, key, observeWork)
    }
    observeStreams(patches, prototype, meet, options)
  }
  return meet
}

function observeStreams(
  patches: Patches,
  prototype: unknown,
  seen: (instance: unknown) => void,
  options: LangChainOptions,
): void {
  const owner = ownerOf(prototype, '_streamIterator')
  if (owner === undefined) return
  patches.wrap(owner, '_streamIterator', (original) =>
    observeReading(discovering(original, seen), 1, options.idleMs),
  )
}

function discovering(original: Method, seen: (instance: unknown) => void): Method {
  return function (this: unknown, ...args) {
    if (currentPipeline() !== undefined) quietly(() => seen(this))
    return Reflect.apply(original, this, args)
  }
}

function observedTool(original: Method, seen: (instance: unknown) => void): Method {
  const observed = observeToolCall(original, (tool) => quietly(() => seen(tool)))
  return function (this: unknown, ...args) {
    return Reflect.apply(currentPipeline() === undefined ? original : observed, this, args)
  }
}

function observeWork(original: Method): Method {
  return function (this: unknown, ...args) {
    const run = currentPipeline() === undefined ? undefined : (managedRun(args[1]) ?? managedRun(args[2]))
    if (run === undefined) return Reflect.apply(original, this, args)
    const result: unknown = runWithin(run, () => Reflect.apply(original, this, args))
    return bindGenerator(result, { run: (step) => runWithin(run, step) })
  }
}

/** `runWithConfig(config, callback)`: LangChain runs the program's functions by it. */
function observeConfig(original: Method): Method {
  return function (this: unknown, ...args) {
    const id = currentPipeline() === undefined ? undefined : dataAt(args[0], 'callbacks', '_parentRunId')
    return runWithin(runWithId(id), () => Reflect.apply(original, this, args))
  }
}
