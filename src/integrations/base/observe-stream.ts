import { ABANDONED } from '../../tracing/follow.ts'
import { watch } from '../../tracing/follower.ts'
import { watchIterator } from '../../tracing/watch-iterator.ts'
import type { CreateAccumulator, StreamAccumulator } from './accumulator.ts'
import { isObject, type Method, read } from './method.ts'
import type { ModelCall } from './model-call-type.ts'
import { likeness } from './patch.ts'

/**
 * The stream of a client that Stainless generated: the iterator is made anew by a function that it carries, which `tee`
 * and its like call as well; the oldest ones have nothing but their iteration.
 */
export interface StainlessStream {
  iterator?: Method
  readonly controller?: { readonly signal?: AbortSignal; abort?(): void }
  [Symbol.asyncIterator](): unknown
}

/** Whether `value` is such a stream, by its shape: minifiers change names, and there are several copies. */
export function isStainlessStream(value: unknown): value is StainlessStream {
  return (
    isObject(value) &&
    typeof read(value, Symbol.asyncIterator) === 'function' &&
    (typeof read(value, 'iterator') === 'function' ||
      typeof read(value, 'controller', 'abort') === 'function')
  )
}

/** How a stream is observed. */
export interface StreamOptions {
  readonly accumulator: CreateAccumulator
  /** Chunks that the program must not see, because only we asked for them. */
  readonly hidden?: ((chunk: unknown) => boolean) | undefined
}

/**
 * Observes the chunks of `stream` as the program reads them, in place: the same object, no branch, nothing read
 * ahead. The call ends with the stream: finished, failed, left, aborted, dropped, or silent for too long.
 */
export function observeStream(stream: StainlessStream, call: ModelCall, options: StreamOptions): void {
  const accumulator = options.accumulator(call.accumulating)
  const signal = stream.controller?.signal
  const observing = watch(followerOf(call, accumulator, signal))
  observing.hold(stream)
  call.watchIdle(() => accumulator.answer())
  const key = typeof stream.iterator === 'function' ? 'iterator' : Symbol.asyncIterator
  const iterator = stream[key] as Method
  const descriptor = Object.getOwnPropertyDescriptor(stream, key)
  let begun = false
  const observed: Method = function (...args) {
    // A second reading fails or goes to a copy; either way the call is that of the first.
    if (begun || observing.ended()) return Reflect.apply(iterator, this, args)
    begun = true
    const made = observing.run(() => Reflect.apply(iterator, this, args) as unknown)
    const watched = watchIterator(made, observing, true)
    if (isObject(watched)) observing.hold(watched)
    return options.hidden === undefined ? watched : withoutHidden(watched, options.hidden)
  }
  likeness(iterator, observed)
  Object.defineProperty(stream, key, {
    ...(descriptor ?? { enumerable: false, configurable: true, writable: true }),
    value: observed,
  })
}

function followerOf(
  call: ModelCall,
  accumulator: StreamAccumulator,
  signal: AbortSignal | undefined,
): Parameters<typeof watch>[0] {
  let waiting = true
  return {
    item(chunk) {
      call.touch()
      if (waiting && (accumulator.isFirst?.(chunk) ?? true)) {
        waiting = false
        call.firstToken()
      }
      accumulator.add(chunk)
    },
    done() {
      // The clients end the iteration without an error when the program aborts the request.
      if (signal?.aborted) call.stop('aborted', accumulator.answer())
      else call.finish(accumulator.complete?.() ?? accumulator.answer())
    },
    failed: (error) => call.fail(error, accumulator.answer()),
    stopped: (reason) => call.stop(reason === ABANDONED ? 'abandoned' : 'stopped', accumulator.answer()),
    // The request was sent inside the call; what is left is reading, which starts nothing.
    run: (fn) => fn(),
  }
}

/** Lets the program's `next` go on to the following chunk when one comes that it did not ask for. */
function withoutHidden(iterator: unknown, isHidden: (chunk: unknown) => boolean): unknown {
  if (!isObject(iterator)) return iterator
  const next = read(iterator, 'next') as Method
  const step = async (args: unknown[]): Promise<unknown> => {
    for (;;) {
      const result: unknown = await Reflect.apply(next, iterator, args)
      if (read(result, 'done') === true || !isHidden(read(result, 'value'))) return result
    }
  }
  const filtered: Method = (...args: unknown[]) => step(args)
  likeness(next, filtered)
  Object.defineProperty(iterator, 'next', { value: filtered, writable: true, configurable: true })
  return iterator
}
