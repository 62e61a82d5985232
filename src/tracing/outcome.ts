import type { Context } from '@opentelemetry/api'
import { runIn } from '../context/active-context.ts'
import { withLiveSpan } from '../delivery/context-keys.ts'
import { readProperty } from '../span/attribute-values.ts'
import type { LiveSpan } from '../span/live-span.ts'
import { collectItems, type OutputReducer } from './collected-items.ts'
import { type Follower, follow } from './follow.ts'
import { kindOf } from './kind-of.ts'
import { isFreshPromise, thenPlainly } from './native-promise.ts'
import { runWithin } from './open-span.ts'

export interface OutcomeOptions {
  /** Record the result as outputs. Default: true. */
  captureOutputs?: boolean | undefined
  outputReducer?: OutputReducer | undefined
  /** Makes of the result what is recorded of it. */
  readOutputs?: ((value: unknown) => unknown) | undefined
}

/**
 * Runs the work of `span`, and ends it when the work ends: at the return, when the promise settles, or when the stream
 * is through. Returns and throws exactly what `work` does.
 *
 * @param fn - the function of the application that `work` calls, and whose result it returns
 */
export function runToEnd<T>(
  span: LiveSpan,
  context: Context,
  work: () => T,
  given?: OutcomeOptions,
  fn?: unknown,
): T {
  const options = outcomeOptions(given)
  let result: T
  try {
    result = runIn(withLiveSpan(context, span), work)
  } catch (thrown) {
    span.fail(thrown)
    span.end()
    throw thrown
  }
  if (typeof result !== 'object' || result === null) {
    succeed(span, result, options)
    return result
  }
  if (isFreshPromise(result, fn)) return awaitEnd(result, span, context, options) as T
  return follow(result, followerOf(span, context, options)) as T
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
      span.fail(error)
      span.end()
      throw error
    },
  )
}

const USUAL: OutcomeOptions = Object.freeze({})

/** Read before the work begins: an option that throws must not do so after it. */
function outcomeOptions(given: OutcomeOptions | undefined): OutcomeOptions {
  if (given === undefined) return USUAL
  const captureOutputs = readProperty(given, 'captureOutputs') !== false
  const outputReducer = readProperty(given, 'outputReducer') as OutputReducer | undefined
  const reader = readProperty(given, 'readOutputs')
  const readOutputs = typeof reader === 'function' ? (reader as OutcomeOptions['readOutputs']) : undefined
  if (captureOutputs && outputReducer === undefined && readOutputs === undefined) return USUAL
  return { captureOutputs, outputReducer, readOutputs }
}

function succeed(span: LiveSpan, value: unknown, options: OutcomeOptions): void {
  const records = value !== undefined && options.captureOutputs !== false && !span.hasOutputs
  if (records && span.wantsContent) span.setOutputs(options.readOutputs?.(value) ?? value)
  span.end()
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
    stopped() {
      if (captures && !span.hasOutputs) items.record()
      span.end()
    },
    run: (fn) => runWithin(context, span, fn),
  }
}
