import { expectOptions } from '../config/arguments.ts'
import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { flushTraces } from './lifecycle.ts'

/** Options of {@link withFlush}. */
export interface WithFlushOptions {
  /**
   * How long the answer may wait for spans to be sent, in milliseconds; on Lambda never longer than the function has
   * left.
   * @defaultValue `2000`
   */
  readonly timeoutMs?: number | undefined
}

const KEYS: Readonly<Record<keyof WithFlushOptions, true>> = { timeoutMs: true }
const KNOWN: KnownKeys = knownKeys('withFlush()', KEYS)

type Handler = (this: unknown, ...given: unknown[]) => unknown

const TIMEOUT_MS = 2000
// For the answer itself, of the time that Lambda gives a function.
const RESERVED_MS = 200

/**
 * Wraps a handler so that it answers only after the spans of its work have been sent: for platforms that freeze the
 * process after the answer and have no `waitUntil`, such as AWS Lambda. Its result, its error and its callback do not
 * change. Spans that could not be sent in time stay queued for the next call.
 *
 * @param handler - a function that returns a promise, or takes a callback as its last argument
 * @example
 * export const handler = withFlush(async (event) => withAgent({ agent: 'support' }, () => answer(event)))
 */
// biome-ignore lint/complexity/noBannedTypes: any other bound would give the handler's own parameters other types
export function withFlush<F extends Function>(handler: F, options: WithFlushOptions = {}): F {
  if (typeof handler !== 'function') {
    diagnoseOnce(
      'warn',
      'TS_HANDLER_INVALID',
      'withFlush() takes a function; it returned its argument unchanged.',
    )
    return handler
  }
  expectOptions('withFlush()', options)
  checkKeys(KNOWN, options)
  const call = handler as unknown as Handler
  const wrapped = function (this: unknown, ...given: unknown[]): unknown {
    const flush = (): Promise<unknown> => flushTraces({ timeoutMs: timeFor(given, options) })
    const result = Reflect.apply(call, this, withCallback(given, flush))
    return isPromise(result) ? settledAfter(result, flush) : result
  }
  // A runtime may look at the name, at the number of parameters, or at a mark for handlers that stream.
  try {
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(handler))
  } catch {
    // A proxy that does not tell.
  }
  return wrapped as unknown as F
}

/** The outcome of `result`, once `flush` is done, which never rejects. */
async function settledAfter(result: PromiseLike<unknown>, flush: () => Promise<unknown>): Promise<unknown> {
  try {
    return await result
  } finally {
    await flush()
  }
}

/** The arguments of a handler, with a last one that is a callback called after `flush`. */
function withCallback(given: readonly unknown[], flush: () => Promise<unknown>): unknown[] {
  const callback = given.at(-1)
  if (typeof callback !== 'function') return [...given]
  const later = (...answer: unknown[]): void => {
    void flush().then(() => Reflect.apply(callback as Handler, undefined, answer))
  }
  return [...given.slice(0, -1), later]
}

function timeFor(given: readonly unknown[], options: WithFlushOptions | null): number {
  const timeoutMs = options?.timeoutMs ?? TIMEOUT_MS
  for (const value of given) {
    const remaining = remainingMs(value)
    if (remaining !== undefined) return Math.max(0, Math.min(timeoutMs, remaining - RESERVED_MS))
  }
  return timeoutMs
}

/** What is left of the time of a Lambda function, where `value` is its context. */
function remainingMs(value: unknown): number | undefined {
  try {
    const ask = (value as { getRemainingTimeInMillis?: () => unknown } | null | undefined)
      ?.getRemainingTimeInMillis
    const ms = typeof ask === 'function' ? Reflect.apply(ask, value, []) : undefined
    return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
  } catch {
    return undefined
  }
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
