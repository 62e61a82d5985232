import { activeContext } from '../../context/active-context.ts'
import { currentPipeline } from '../../tracer/current.ts'
import { thenPlainly } from '../../tracing/native-promise.ts'
import type { Answer, CreateAccumulator } from './accumulator.ts'
import { type Given, givenBy, noteClientCall, noteSent, takeOffered, whenSent } from './given.ts'
import { isObject, type Method, number, read } from './method.ts'
import { beginModelCall } from './model-call.ts'
import type { ModelCall, ModelCallInit } from './model-call-type.ts'
import { modelCallIn } from './model-calls.ts'
import { forgetRebuilt, observePromise } from './observe-promise.ts'
import { isStainlessStream, observeStream } from './observe-stream.ts'
import type { Patches } from './patch.ts'

/** One method of a client that Stainless generated (OpenAI, Anthropic, Groq, Together and alike). */
export interface StainlessMethod {
  /** From the client's class to that of the resource: `['Chat', 'Completions']`. */
  readonly resource: readonly string[]
  /** Its method: `create`. */
  readonly method: string
  /**
   * What begins. `client` is the instance that the call is made on: its `baseURL` says whose service it is. What the
   * program wrote into the request is read by `dataAt` and `settingAt`, and its content from `given.data()`.
   */
  begin(given: Given, client: unknown): ModelCallInit
  /** What the result says: parsed, not streamed, not yet in the program's hands. It must not be changed. */
  answer(result: unknown, call: ModelCall): Answer
  /** For streams. */
  readonly accumulator?: CreateAccumulator
  /**
   * Other arguments in the place of the program's, which must not be changed, nor read but by `dataAt`; and what of the
   * answer to hide.
   */
  amend?(args: readonly unknown[]): Amended | undefined
}

/** The call as it is made in the place of the program's. */
export interface Amended {
  readonly args: readonly unknown[]
  /** Chunks that come only because of it, and that the program does not see. */
  readonly hidden?: (chunk: unknown) => boolean
}

/**
 * Observes the methods of a client, on the prototypes of its resources, so that every instance, subclass and copy made
 * by `withOptions` is observed, already made ones too. Found by shape, not by names of classes: minifiers change these.
 *
 * @param clientClass - the class of the client, which has those of its resources as static members
 * @returns whether one of the methods was there
 */
export function patchStainless(
  patches: Patches,
  clientClass: unknown,
  methods: readonly StainlessMethod[],
): boolean {
  let found = false
  for (const method of methods) {
    const prototype = read(clientClass, ...method.resource, 'prototype')
    if (patches.wrap(prototype, method.method, (original) => observed(original, method))) found = true
  }
  if (found) {
    patches.wrap(read(clientClass, 'prototype'), 'fetchWithTimeout', observeAttempts)
    patches.onUndo(forgetRebuilt)
  }
  return found
}

function observed(original: Method, method: StainlessMethod): Method {
  return function (...args) {
    if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
    const client: unknown = read(this, '_client') ?? read(this, 'client')
    const given = givenBy(args[0])
    const begin = (): ModelCallInit => method.begin(given, client)
    const call = beginModelCall(begin) ?? takeOffered(modelCallIn(activeContext()), begin)
    if (call === undefined) {
      noteClientCall(modelCallIn(activeContext()), begin)
      return Reflect.apply(original, this, args)
    }
    if (given.isPartial())
      whenSent(call, (sent) => call.describe(method.begin(givenBy(sent), client)), given.value)
    const amended = amendedCall(method, args)
    let returned: unknown
    try {
      returned = call.run(() => Reflect.apply(original, this, (amended?.args ?? args) as unknown[]))
    } catch (error) {
      call.fail(error)
      throw error
    }
    return observePromise(returned, call, (result) => tell(result, call, method, amended))
  }
}

function amendedCall(method: StainlessMethod, args: readonly unknown[]): Amended | undefined {
  try {
    return method.amend?.(args)
  } catch {
    return undefined
  }
}

function tell(result: unknown, call: ModelCall, method: StainlessMethod, amended: Amended | undefined): void {
  if (call.ended()) return
  try {
    if (method.accumulator !== undefined && isStainlessStream(result)) {
      observeStream(result, call, { accumulator: method.accumulator, hidden: amended?.hidden })
    } else {
      call.finish(method.answer(result, call))
    }
  } catch {
    call.finish({})
  }
}

/** What became of the attempts of a call so far. */
interface Attempts {
  count: number
  status?: number | undefined
  error?: string | undefined
}

const attemptsOf: WeakMap<ModelCall, Attempts> = new WeakMap()

/** The client makes one call of `fetchWithTimeout` for each attempt; whichever follows another is a retry. */
function observeAttempts(original: Method): Method {
  return function (...args) {
    const call = currentPipeline() === undefined ? undefined : modelCallIn(activeContext())
    if (call !== undefined) noteSent(call, read(args[1], 'body'), args[0])
    const returned: unknown = Reflect.apply(original, this, args)
    if (call !== undefined && isObject(returned)) noteAttempt(call, returned as Promise<unknown>)
    return returned
  }
}

/** Notes one attempt of a call, by the promise of its response; whichever follows another is a retry. */
export function noteAttempt(call: ModelCall, attempt: Promise<unknown>): void {
  const attempts = attemptsOf.get(call) ?? { count: 0 }
  if (attempts.count > 0)
    call.retry({ attempt: attempts.count, status: attempts.status, error: attempts.error })
  attemptsOf.set(call, attempts)
  attempts.count += 1
  attempts.status = undefined
  attempts.error = undefined
  // The client waits for every attempt and handles its failure, so listening beside it hides none.
  void thenPlainly(
    attempt,
    (response) => {
      attempts.status = number(read(response, 'status'))
    },
    (error) => {
      const name = read(error, 'name')
      attempts.error = typeof name === 'string' ? name : 'Error'
    },
  )
}
