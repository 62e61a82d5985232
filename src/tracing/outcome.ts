import type { Context } from '@opentelemetry/api'
import { activeIn, currentManager, runIn } from '../context/active-context.ts'
import { switchOf } from '../runtime/async-context.ts'
import { nowMs } from '../runtime/clock.ts'
import type { ContextSwitch } from '../runtime/context-manager.ts'
import { readProperty } from '../runtime/read-property.ts'
import { hasStackRoom, withEmptyStack } from '../runtime/stack-room.ts'
import type { LiveSpan } from '../span/live-span.ts'
import { withLiveSpan } from '../tracer/context-keys.ts'
import { currentPipeline } from '../tracer/current.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { collectItems, type OutputReducer } from './collected-items.ts'
import { type Follower, follow } from './follow.ts'
import { kindOf } from './kind-of.ts'
import { isFreshPromise, thenPlainly } from './native-promise.ts'
import { runWithin, tracingIn } from './open-span.ts'

export interface OutcomeOptions {
  /** Record the result as outputs. Default: true. */
  captureOutputs?: boolean | undefined
  outputReducer?: OutputReducer | undefined
  /** Makes of the result what is recorded of it. */
  readOutputs?: ((value: unknown) => unknown) | undefined
}

/** A function of the application, whatever it takes. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Callee = (this: any, ...args: any[]) => any

/**
 * A span whose work is about to be called. Who calls it does it like this, so that no more than his own frame stands on
 * the stack meanwhile, and a recursion goes about as deep as without:
 *
 *     const running = begin(open, options, fn)
 *     if (running === undefined) return fn(NOOP_SPAN)
 *     if (!running.isActive) return runInside(running, fn, undefined, [running.span])
 *     try {
 *       return returned(running, fn, fn(running.span))
 *     } catch (thrown) {
 *       throw threw(running, thrown)
 *     }
 */
export interface Running {
  readonly span: LiveSpan
  readonly context: Context
  readonly options: OutcomeOptions
  /** The span is the active one, until {@link returned} or {@link threw}. */
  isActive: boolean
  contextSwitch: ContextSwitch | undefined
  before: Context | undefined
  /** What runs around it. */
  readonly outer: Running | undefined
  isOver: boolean
}

/** The innermost work that runs on this stack. */
let innermost: Running | undefined

/**
 * Starts the span that `open` makes; none where nothing is traced, or where the stack is at its end.
 *
 * @param given - what the call was given, for `open` and for the outcome
 * @param work - what `open` gets besides: a closure for it would be one more object for each span
 */
export function begin<Given extends OutcomeOptions, Work>(
  open: (pipeline: Pipeline, context: Context, given: Given, work: Work) => LiveSpan,
  given: Given,
  work: Work,
): Running | undefined {
  // What is enough now is enough for the end, which comes to the same place.
  const tracer = currentPipeline()?.tracer
  if (tracer === undefined || !hasStackRoom()) return undefined
  const before = tracer.latest()
  let running: Running | undefined
  try {
    const manager = currentManager()
    const context = activeIn(manager)
    const pipeline = tracingIn(context)
    if (pipeline === undefined) return undefined
    const options = outcomeOptions(given)
    const contextSwitch = switchOf(manager)
    const span = open(pipeline, context, given, work)
    running = {
      span,
      context,
      options,
      isActive: false,
      contextSwitch,
      before: undefined,
      outer: innermost,
      isOver: false,
    }
    innermost = running
    if (contextSwitch !== undefined) {
      running.before = contextSwitch.current()
      contextSwitch.enter(withLiveSpan(context, span))
      running.isActive = true
    }
    return running
  } catch {
    // The end of the stack after all. What runs around it ends it, where there is not even the stack to do so here.
    const latest = tracer.latest()
    if (running === undefined && latest !== undefined && latest !== before) late.push({ span: latest })
    return undefined
  }
}

/** Spans that began, and whose work goes on without them. */
const late: { readonly span: LiveSpan; readonly error?: unknown }[] = []

function endLate(): void {
  for (const { span, error } of late.splice(0)) {
    if (error !== undefined) span.fail(error)
    span.end()
  }
}

/** Calls `fn` where the context manager has no other way to make a context the active one. */
export function runInside(running: Running, fn: Callee, self: unknown, args: readonly unknown[]): unknown {
  let called = false
  let result: unknown
  const call = (): void => {
    called = true
    result = Reflect.apply(fn, self, args)
  }
  try {
    runIn(withLiveSpan(running.context, running.span), call)
  } catch (thrown) {
    if (called) throw threw(running, thrown)
  }
  if (!called) {
    // A context manager that fails costs the context, not the work.
    try {
      call()
    } catch (thrown) {
      throw threw(running, thrown)
    }
  }
  return returned(running, fn, result)
}

/** `fn` returned `result`: ends the span when that work ends. Returns what the caller of `fn` must get. */
export function returned(running: Running, fn: Callee, result: unknown): unknown {
  leave(running)
  const { span, context, options } = running
  // What a function gives that only says something of its span, `(span) => span.setInputs(...)`, is that span.
  if (typeof result !== 'object' || result === null || result === span) {
    succeed(span, result, options)
    return result
  }
  if (isFreshPromise(result, fn)) return awaitEnd(result, span, context, options)
  return follow(result, followerOf(span, context, options))
}

/** `fn` threw `thrown`, which comes back. */
export function threw(running: Running, thrown: unknown): unknown {
  leave(running, thrown)
  try {
    fail(running.span, thrown)
  } catch {
    late.push({ span: running.span, error: thrown })
  }
  return thrown
}

function leave(running: Running, error?: unknown): void {
  if (running.isOver) return
  running.isOver = true
  // What is still there inside of it had no stack left to say that it failed: even compiling a function takes some.
  while (innermost !== undefined && innermost !== running) {
    innermost.isOver = true
    late.push({ span: innermost.span, error })
    innermost = innermost.outer
  }
  innermost = running.outer
  if (running.isActive) {
    running.isActive = false
    running.contextSwitch?.enter(running.before)
  }
  if (late.length === 0) return
  try {
    withEmptyStack(endLate)
  } catch {
    // The work around this one tries again.
  }
}

function fail(span: LiveSpan, thrown: unknown): void {
  // Reading an error's stack, which is the program's to prepare, takes more of ours than there may be left.
  if (isOverflow(thrown)) failLater(span, thrown)
  else {
    span.fail(thrown)
    span.endHere()
  }
}

/** In the words of V8 and of JavaScriptCore. */
function isOverflow(thrown: unknown): boolean {
  try {
    return thrown instanceof RangeError && /call stack/.test(thrown.message)
  } catch {
    // A proxy that refuses to be looked at.
    return false
  }
}

function failLater(span: LiveSpan, thrown: unknown): void {
  const endTime = nowMs()
  withEmptyStack(() => {
    span.fail(thrown)
    span.end(endTime)
  })
}

/** The promise of an async function, which nobody else can hold, in as few steps as there can be. */
function awaitEnd(
  promise: Promise<unknown>,
  span: LiveSpan,
  context: Context,
  options: OutcomeOptions,
): Promise<unknown> {
  return thenPlainly(
    promise,
    (value) => {
      if (kindOf(value) !== 'value') return follow(value, followerOf(span, context, options))
      succeed(span, value, options)
      return value
    },
    (error) => {
      fail(span, error)
      throw error
    },
  )
}

const USUAL: OutcomeOptions = Object.freeze({})

function readOptions(given: OutcomeOptions): OutcomeOptions {
  try {
    const { captureOutputs, outputReducer, readOutputs } = given
    return { captureOutputs, outputReducer, readOutputs }
  } catch {
    // One of them throws when it is read, and is as if it was not given.
    return {
      captureOutputs: readProperty(given, 'captureOutputs') as boolean | undefined,
      outputReducer: readProperty(given, 'outputReducer') as OutputReducer | undefined,
      readOutputs: readProperty(given, 'readOutputs') as OutcomeOptions['readOutputs'],
    }
  }
}

/** Read before the work begins: an option that throws must not do so after it. */
function outcomeOptions(given: OutcomeOptions | undefined): OutcomeOptions {
  if (given === undefined) return USUAL
  const { captureOutputs: wanted, outputReducer, readOutputs: reader } = readOptions(given)
  const captureOutputs = wanted !== false
  const readOutputs = typeof reader === 'function' ? (reader as OutcomeOptions['readOutputs']) : undefined
  if (captureOutputs && outputReducer === undefined && readOutputs === undefined) return USUAL
  return { captureOutputs, outputReducer, readOutputs }
}

function succeed(span: LiveSpan, value: unknown, options: OutcomeOptions): void {
  const isResult = value !== undefined && value !== span
  const records = isResult && options.captureOutputs !== false && !span.hasOutputs
  if (records && span.wantsContent) span.setOutputs(options.readOutputs?.(value) ?? value)
  span.endHere()
}

function followerOf(span: LiveSpan, context: Context, options: OutcomeOptions): Follower {
  const items = collectItems(span, options.outputReducer)
  const captures = options.captureOutputs !== false
  return {
    item: (value) => captures && items.add(value),
    done(value) {
      if (items.count === 0) return succeed(span, value, options)
      items.record()
      span.end()
    },
    failed(error) {
      if (items.count > 0) items.record()
      span.fail(error)
      span.end()
    },
    stopped(_, at) {
      if (captures && !span.hasOutputs) items.record()
      span.end(at)
    },
    result(value) {
      if (captures && options.outputReducer === undefined && !span.hasOutputs) span.setOutputs(value)
    },
    run: (fn) => runWithin(context, span, fn),
  }
}
