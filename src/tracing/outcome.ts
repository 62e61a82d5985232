import type { Context } from '@opentelemetry/api'
import { readProperty } from '../span/attribute-values.ts'
import type { LiveSpan } from '../span/live-span.ts'
import { collectItems, type OutputReducer } from './collected-items.ts'
import { type Follower, follow } from './follow.ts'
import { runWithin } from './open-span.ts'

export interface OutcomeOptions {
  /** Record the result as outputs. Default: true. */
  captureOutputs?: boolean | undefined
  outputReducer?: OutputReducer | undefined
}

/**
 * Runs the work of `span`, and ends it when the work ends: at the return, when the promise settles, or when the stream
 * is through. Returns and throws exactly what `work` does.
 */
export function runToEnd<T>(span: LiveSpan, context: Context, work: () => T, given?: OutcomeOptions): T {
  const options = outcomeOptions(given)
  let result: T
  try {
    result = runWithin(context, span, work)
  } catch (thrown) {
    span.fail(thrown)
    span.end()
    throw thrown
  }
  if (typeof result !== 'object' || result === null) {
    succeed(span, result, options)
    return result
  }
  return follow(result, followerOf(span, context, options)) as T
}

/** Read before the work begins: an option that throws must not do so after it. */
function outcomeOptions(given: OutcomeOptions | undefined): OutcomeOptions {
  if (given === undefined) return {}
  return {
    captureOutputs: readProperty(given, 'captureOutputs') !== false,
    outputReducer: readProperty(given, 'outputReducer') as OutputReducer | undefined,
  }
}

function succeed(span: LiveSpan, value: unknown, options: OutcomeOptions): void {
  if (value !== undefined && options.captureOutputs !== false && !span.hasOutputs) span.setOutputs(value)
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
