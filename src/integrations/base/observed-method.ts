import { activeContext } from '../../context/active-context.ts'
import { currentPipeline } from '../../tracer/current.ts'
import { ABANDONED, type Follower, follow } from '../../tracing/follow.ts'
import type { Answer, CreateAccumulator } from './accumulator.ts'
import { type Given, givenBy, noteClientCall, whenSent } from './given.ts'
import { type Method, read } from './method.ts'
import { beginModelCall } from './model-call.ts'
import type { ModelCall, ModelCallInit } from './model-call-type.ts'
import { modelCallIn } from './model-calls.ts'
import { observePromise } from './observe-promise.ts'

/** One method of a client that gives a plain promise: of an answer, or of a stream of events. */
export interface AsyncMethod {
  /** What begins. `self` is what the method is called on. */
  begin(given: Given, self: unknown): ModelCallInit
  /** The request that the client sent, in the form that the program gives it in. @defaultValue as it was sent */
  requestOf?(sent: unknown): unknown
  /** What is in the promise, where the client puts more into it. @defaultValue the answer, or the stream */
  resultOf?(resolved: unknown): unknown
  answer(result: unknown): Answer
  /** For streams. */
  readonly accumulator?: CreateAccumulator
  /** The signal among the arguments by which the program aborts. */
  signalOf?(args: readonly unknown[]): unknown
}

/** Observes such a method: the promise settles alike, a stream stays the same object, and nothing is read ahead. */
export function observedMethod(original: Method, method: AsyncMethod): Method {
  return function (...args) {
    if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
    const given = givenBy(args[0])
    const call = beginModelCall(() => method.begin(given, this))
    if (call === undefined) {
      noteClientCall(modelCallIn(activeContext()), () => method.begin(given, this))
      return Reflect.apply(original, this, args)
    }
    if (given.isPartial()) {
      const tell = (sent: unknown): void =>
        call.describe(method.begin(givenBy(method.requestOf?.(sent) ?? sent), this))
      whenSent(call, tell, given.value)
    }
    let returned: unknown
    try {
      returned = call.run(() => Reflect.apply(original, this, args))
    } catch (error) {
      call.fail(error)
      throw error
    }
    const signal = method.signalOf?.(args)
    return observePromise(returned, call, (resolved) => tell(resolved, call, method, signal))
  }
}

function tell(resolved: unknown, call: ModelCall, method: AsyncMethod, signal: unknown): void {
  try {
    const result = method.resultOf === undefined ? resolved : method.resultOf(resolved)
    const { accumulator } = method
    if (accumulator !== undefined && typeof read(result, Symbol.asyncIterator) === 'function') {
      followStream(result, call, accumulator, signal)
    } else {
      call.finish(method.answer(result))
    }
  } catch {
    call.finish({})
  }
}

function followStream(
  stream: unknown,
  call: ModelCall,
  createAccumulator: CreateAccumulator,
  signal: unknown,
): void {
  const accumulator = createAccumulator(call.accumulating)
  const isAborted = (): boolean => read(signal, 'aborted') === true
  let waiting = true
  const follower: Follower = {
    item(event) {
      call.touch()
      if (waiting && (accumulator.isFirst?.(event) ?? true)) {
        waiting = false
        call.firstToken()
      }
      accumulator.add(event)
    },
    done() {
      // Some clients end the iteration without an error when the program aborts the request.
      if (isAborted()) call.stop('aborted', accumulator.answer())
      else call.finish(accumulator.complete?.() ?? accumulator.answer())
    },
    failed(error) {
      if (isAborted()) call.stop('aborted', accumulator.answer())
      else call.fail(error, accumulator.answer())
    },
    stopped: (reason) => call.stop(reason === ABANDONED ? 'abandoned' : 'stopped', accumulator.answer()),
    // The request was sent inside the call; what is left is reading, which starts nothing.
    run: (fn) => fn(),
  }
  call.watchIdle(() => accumulator.answer())
  follow(stream, follower)
}
