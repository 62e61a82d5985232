import {
  ABANDONED,
  accumulateGemini,
  beginModelCall,
  dataAt,
  type Follower,
  follow,
  givenBy,
  type Method,
  type ModelCall,
  observePromise,
  type Patches,
  read,
  whenSent,
} from '../base/index.ts'
import { attemptsObserver } from './attempts.ts'
import { METHODS, type TracedMethod } from './methods.ts'
import type { GoogleGenAIOptions } from './options.ts'

/** Observes the methods that make one request each, on the prototype: every instance has them, already made ones too. */
export function patchModelCalls(patches: Patches, prototype: unknown, options: GoogleGenAIOptions): boolean {
  const observing: Observing = { ...options, meet: attemptsObserver(patches) }
  let found = false
  for (const method of METHODS) {
    if (patches.wrap(prototype, method.method, (original) => observed(original, method, observing)))
      found = true
  }
  return found
}

interface Observing extends GoogleGenAIOptions {
  /** Takes the instance on which a call is made. */
  readonly meet: (models: unknown) => void
}

function observed(original: Method, method: TracedMethod, { idleMs, meet }: Observing): Method {
  return function (...args) {
    const [params] = args as unknown[]
    meet(this)
    const given = givenBy(params)
    const call = beginModelCall(() => ({ ...method.begin(given, this), idleMs }))
    if (call === undefined) return Reflect.apply(original, this, args)
    const { parametersOf } = method
    if (parametersOf !== undefined && given.isPartial()) {
      whenSent(call, (sent) => call.describe(method.begin(givenBy(parametersOf(sent)), this)), params)
    }
    let returned: unknown
    try {
      returned = call.run(() => Reflect.apply(original, this, args))
    } catch (error) {
      call.fail(error)
      throw error
    }
    return observePromise(returned, call, (result) => {
      if (typeof read(result, Symbol.asyncIterator) !== 'function') call.finish(method.answer(result))
      else observeStream(result, call, params)
    })
  }
}

/** The chunks as they are read, in place: the same generator, nothing read ahead. */
function observeStream(stream: unknown, call: ModelCall, params: unknown): void {
  const accumulator = accumulateGemini(call.accumulating)
  const signal = dataAt(params, 'config', 'abortSignal')
  let waiting = true
  const follower: Follower = {
    item(chunk) {
      call.touch()
      if (waiting && accumulator.isFirst?.(chunk)) {
        waiting = false
        call.firstToken()
      }
      accumulator.add(chunk)
    },
    done: () => call.finish(accumulator.answer()),
    failed(error) {
      if (read(signal, 'aborted') === true) call.stop('aborted', accumulator.answer())
      else call.fail(error, accumulator.answer())
    },
    stopped: (reason) => call.stop(reason === ABANDONED ? 'abandoned' : 'stopped', accumulator.answer()),
    run: (fn) => call.run(fn),
  }
  call.watchIdle(() => accumulator.answer())
  follow(stream, follower)
}
