import {
  ABANDONED,
  beginModelCall,
  type Follower,
  follow,
  givenBy,
  isObject,
  type Method,
  type ModelCall,
  observePromise,
  type Patches,
  read,
  type StreamAccumulator,
} from '../base/index.ts'
import { METHODS, type TracedMethod } from './methods.ts'
import type { OllamaOptions } from './options.ts'

/** Observes the methods that ask a model, on the prototype: every client has them, already made ones too. */
export function patchCalls(patches: Patches, prototype: unknown, options: OllamaOptions): boolean {
  let found = false
  for (const method of METHODS) {
    if (patches.wrap(prototype, method.method, (original) => observed(original, method, options)))
      found = true
  }
  return found
}

function observed(original: Method, method: TracedMethod, { idleMs }: OllamaOptions): Method {
  return function (...args) {
    const [request] = args as unknown[]
    const call = beginModelCall(() => ({ ...method.begin(givenBy(request), this), idleMs }))
    if (call === undefined) return Reflect.apply(original, this, args)
    let returned: unknown
    try {
      returned = call.run(() => Reflect.apply(original, this, args))
    } catch (error) {
      call.fail(error)
      throw error
    }
    return observePromise(returned, call, (result) => {
      const isStream = isObject(result) && typeof read(result, Symbol.asyncIterator) === 'function'
      if (isStream && method.accumulate !== undefined)
        observeParts(result, call, method.accumulate(call.accumulating))
      else call.finish(method.answer(result))
    })
  }
}

/** The parts as they are read, in place: the same object, nothing read ahead. */
function observeParts(stream: object, call: ModelCall, parts: StreamAccumulator): void {
  let waiting = true
  const follower: Follower = {
    item(part) {
      call.touch()
      if (waiting && parts.isFirst?.(part)) {
        waiting = false
        call.firstToken()
      }
      parts.add(part)
    },
    done: () => call.finish(parts.answer()),
    failed(error) {
      // By `abort()` of the stream, or of the client.
      if (read(error, 'name') === 'AbortError') call.stop('aborted', parts.answer())
      else call.fail(error, parts.answer())
    },
    stopped: (reason) => call.stop(reason === ABANDONED ? 'abandoned' : 'stopped', parts.answer()),
    // The request was sent inside the call; what is left is reading, which starts nothing.
    run: (fn) => fn(),
  }
  call.watchIdle(() => parts.answer())
  follow(stream, follower)
}
