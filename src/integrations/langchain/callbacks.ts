import { types } from 'node:util'
import { thenPlainly } from '../../tracing/native-promise.ts'
import {
  currentPipeline,
  dataAt,
  dataFields,
  dataOf,
  type Fields,
  isObject,
  list,
  type Method,
  type Patches,
  quietly,
  read,
  text,
} from '../base/index.ts'
import { type Begin, beginChain, beginChatModels, beginModels, beginRetriever, beginTool } from './begin.ts'
import type { LangChainOptions } from './options.ts'
import type { Run } from './run.ts'
import { endRun, noteRun, runOf, runWithId, touch } from './runs.ts'

const STARTS: Readonly<Record<string, Begin>> = {
  handleLLMStart: (reported) => beginModels(reported),
  handleChatModelStart: beginChatModels,
  handleChainStart: beginChain,
  handleToolStart: beginTool,
  handleRetrieverStart: beginRetriever,
}

const ENDS = ['handleLLMEnd', 'handleChainEnd', 'handleToolEnd', 'handleRetrieverEnd'] as const
const ERRORS = ['handleLLMError', 'handleChainError', 'handleToolError', 'handleRetrieverError'] as const

/**
 * Observes the callback managers themselves: whatever LangChain runs goes through them, with handlers of the program
 * or without. No handler of ours is among those that a program sees.
 *
 * @param target - a class, of which it knows the manager and the managers of single runs
 * @returns whether it is one of them
 */
export function patchCallbacks(patches: Patches, target: unknown, options: LangChainOptions): boolean {
  const prototype = read(target, 'prototype')
  let found = false
  if (typeof read(prototype, 'handleChainStart') === 'function') {
    found = patches.wrap(target, '_configureSync', observeConfigure)
    for (const [name, begin] of Object.entries(STARTS)) {
      patches.wrap(prototype, name, (original) => observeStart(original, begin, options))
    }
    patches.wrap(prototype, 'handleCustomEvent', observeCustomEvent)
    return found
  }
  for (const name of ENDS) {
    if (patches.wrap(prototype, name, observeEnd)) found = true
  }
  if (!found) return false
  for (const name of ERRORS) patches.wrap(prototype, name, observeError)
  patches.wrap(prototype, 'handleLLMNewToken', observeToken)
  patches.wrap(prototype, 'handleChatModelStreamEvent', observeStreamEvent)
  patches.wrap(prototype, 'handleCustomEvent', observeCustomEvent)
  patches.wrap(prototype, 'getChild', observeChild)
  return true
}

/** Managers that are there only because of us: without tracing the program's runs have none. */
const bare: WeakSet<object> = new WeakSet()
const tracedMetadata: WeakMap<object, Fields> = new WeakMap()

/** Without any handler LangChain makes no manager; it makes one for an empty list of them. */
function observeConfigure(original: Method): Method {
  return function (this: unknown, ...args) {
    if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
    const [inheritable, local] = args as unknown[]
    const isBare = !inheritable && !local
    const manager: unknown = Reflect.apply(original, this, isBare ? [[], ...args.slice(1)] : args)
    if (!isObject(manager)) return manager
    const isOurs = isBare || (isObject(inheritable) && bare.has(inheritable) && !local)
    if (isOurs && list(read(manager, 'handlers')).length === 0) bare.add(manager)
    const traced = dataAt(args[6], 'tracerInheritableMetadata')
    if (isObject(traced)) tracedMetadata.set(manager, dataFields(traced))
    return manager
  }
}

function observeStart(original: Method, begin: Begin, options: LangChainOptions): Method {
  return function (this: object, ...args) {
    const begun = currentPipeline() === undefined ? [] : begunBy(begin, this, args, options)
    const returned: unknown = Reflect.apply(original, this, args)
    // An async function of LangChain's: whoever called it waits after us, so the run is known when its work begins.
    if (types.isPromise(returned)) {
      void thenPlainly(
        returned,
        (result) => quietly(() => adopt(result, begun, bare.has(this))),
        (error) => quietly(() => failed(begun, error)),
      )
    }
    return returned
  }
}

function begunBy(
  begin: Begin,
  manager: object,
  args: readonly unknown[],
  options: LangChainOptions,
): readonly (Run | undefined)[] {
  try {
    return begin({ manager, args, traced: tracedMetadata.get(manager) ?? {}, options })
  } catch {
    // What could not be read is run untraced.
    return []
  }
}

function adopt(result: unknown, begun: readonly (Run | undefined)[], isBare: boolean): void {
  const managers = Array.isArray(result) ? result : [result]
  for (const [index, manager] of managers.entries()) {
    const run = begun[index]
    if (run !== undefined) noteRun(manager, run)
    if (!isBare || !isObject(manager)) continue
    bare.add(manager)
    // LangChain gives messages without an ID one made of the run's: only where there is a manager, so not for us.
    if (typeof read(manager, 'handleLLMEnd') === 'function') Reflect.set(manager, 'runId', undefined)
  }
}

function failed(begun: readonly (Run | undefined)[], error: unknown): void {
  for (const run of begun) {
    if (run === undefined) continue
    run.open = false
    run.ending?.fail(error)
  }
}

/** What is told to a run's manager, before its own handlers hear of it. */
const observe =
  (tell: (manager: unknown, args: readonly unknown[]) => void) =>
  (original: Method): Method =>
    function (this: unknown, ...args) {
      quietly(() => tell(this, args))
      return Reflect.apply(original, this, args)
    }

const observeEnd: (original: Method) => Method = observe((manager, [output, ...rest]) =>
  endRun(manager, (run) => run.ending?.finish(output, rest)),
)

const observeError: (original: Method) => Method = observe((manager, [error]) =>
  endRun(manager, (run) => {
    if (wasLeft(run)) run.ending?.stop('stopped', run.lastMs)
    else run.ending?.fail(error)
  }),
)

/** LangGraph aborts what still runs when the program leaves the stream. */
function wasLeft(run: Run): boolean {
  for (let at: Run | undefined = run; at !== undefined; at = at.parent) if (at.left) return true
  return false
}

const observeToken: (original: Method) => Method = observe((manager, args) => {
  const run = runOf(manager)
  if (run === undefined || !run.open) return
  touch(run)
  run.ending?.token?.(args[0], read(args[5], 'chunk'))
})

/** LangChain 1 can stream a model's answer as events. */
const observeStreamEvent: (original: Method) => Method = observe((manager, [event]) => {
  const run = runOf(manager)
  if (run === undefined || !run.open) return
  touch(run)
  if (read(event, 'event') !== 'content-block-delta') return
  run.ending?.token?.(read(event, 'delta', 'text') ?? read(event, 'content', 'text'), undefined)
})

/** A run's own manager may tell it, or the one that begins what is below the run. */
const observeCustomEvent: (original: Method) => Method = observe((manager, [name, data]) => {
  const span = (runOf(manager) ?? runWithId(read(manager, '_parentRunId')))?.span
  const title = text(name)
  if (span === undefined || title === undefined) return
  span.addEvent(title, span.wantsContent && data !== undefined ? { data: dataOf(data) } : {})
})

function observeChild(original: Method): Method {
  return function (this: object, ...args) {
    const child: unknown = Reflect.apply(original, this, args)
    if (bare.has(this) && isObject(child)) bare.add(child)
    return child
  }
}
