import { types } from 'node:util'
import { thenPlainly } from '../../tracing/native-promise.ts'
import { endWhenDropped } from './collected.ts'
import { isObject, type Method, read } from './method.ts'
import type { ModelCall } from './model-call-type.ts'
import { createPatches } from './patch.ts'
import { quietly } from './quietly.ts'

/** The lazy promise of a client that Stainless generated: the body is read when somebody asks for the result. */
interface LazyPromise {
  readonly responsePromise: Promise<unknown>
  parseResponse: Method
  parse: Method
  asResponse: Method
  _thenUnwrap: Method
  /** Newer clients of Anthropic: hands out what {@link responsePromise} brings, for a promise made anew of it. */
  _responseProps?: Method
}

/** Hears of the result once the program asked for it, before the program has it. */
export type OnResult = (result: unknown, call: ModelCall) => void

/** What the program did with the promises of one call so far. */
interface Observation {
  readonly call: ModelCall
  readonly onResult: OnResult
  /** Somebody waits for the outcome, so that a failure is theirs to handle. */
  touched: boolean
  /** Somebody asked for the parsed result, or for the raw response. */
  parsing: boolean
  raw: boolean
  release: () => void
  guard: Promise<unknown> | undefined
}

/**
 * Observes what a method of the client returned, without asking it for anything: its `then` would read the body, and
 * the helpers that read it later would find none. The promise stays the same object.
 *
 * @param parsed - a plain promise of the result, where the client gives one
 */
export function observePromise(promise: unknown, call: ModelCall, onResult: OnResult): unknown {
  if (isLazyPromise(promise)) {
    observeLazy(promise, call, onResult)
    return promise
  }
  if (types.isPromise(promise)) {
    return thenPlainly(
      promise,
      (value) => {
        quietly(() => onResult(value, call))
        return value
      },
      (error) => {
        call.fail(error)
        throw error
      },
    )
  }
  onResult(promise, call)
  return promise
}

export function isLazyPromise(value: unknown): value is LazyPromise {
  return (
    isObject(value) &&
    types.isPromise(read(value, 'responsePromise')) &&
    typeof read(value, 'parseResponse') === 'function'
  )
}

function observeLazy(promise: LazyPromise, call: ModelCall, onResult: OnResult): void {
  const observation: Observation = {
    call,
    onResult,
    touched: false,
    parsing: false,
    raw: false,
    release: endWhenDropped(promise, call),
    guard: undefined,
  }
  attach(promise, observation)
  // Our handler makes a failure count as handled. Until the program has one of its own, the failure is passed on,
  // so that one which the program forgot is reported as it would be without us.
  observation.guard = thenPlainly(
    promise.responsePromise,
    (response) => {
      if (isObject(response)) observations.set(response, observation)
      responded(observation)
    },
    (error) => {
      call.fail(error)
      observation.release()
      if (!observation.touched) throw error
    },
  )
}

/** By what `responsePromise` brought, for promises that the client makes anew of it. */
const observations: WeakMap<object, Observation> = new WeakMap()
const attached: WeakSet<object> = new WeakSet()

function attach(promise: LazyPromise, observation: Observation): void {
  const { parseResponse, parse, asResponse, _thenUnwrap, _responseProps } = promise
  attached.add(promise)
  promise.parseResponse = function (this: unknown, ...args) {
    return observeParsing(observation, () => Reflect.apply(parseResponse, this, args))
  }
  override(promise, 'parse', function (this: unknown, ...args) {
    touch(observation)
    observation.parsing = true
    return Reflect.apply(parse, this, args)
  })
  override(promise, 'asResponse', function (this: unknown, ...args) {
    touch(observation)
    observation.raw = true
    return Reflect.apply(asResponse, this, args)
  })
  if (typeof _responseProps === 'function') {
    override(promise, '_responseProps', function (this: unknown, ...args) {
      touch(observation)
      observeRebuilt(promise)
      return Reflect.apply(_responseProps, this, args)
    })
  }
  if (typeof _thenUnwrap !== 'function') return
  // Newer clients give each promise its own, which goes around `parseResponse`; what it returns is observed too.
  override(promise, '_thenUnwrap', function (this: unknown, ...args) {
    const next: unknown = Reflect.apply(_thenUnwrap, this, args)
    if (isLazyPromise(next) && next !== promise) attach(next, observation)
    return next
  })
}

let rebuilding = createPatches('promises made anew')

/**
 * Observes the promises that the client makes anew of what another one's `responsePromise` brought. They are of the
 * same class, and what they are asked for says which call they belong to.
 */
function observeRebuilt(promise: LazyPromise): void {
  rebuilding.wrap(Object.getPrototypeOf(promise), 'parse', (original): Method => {
    return function (...args) {
      if (isLazyPromise(this) && !attached.has(this)) attachRebuilt(this)
      return Reflect.apply(original, this, args)
    }
  })
}

function attachRebuilt(promise: LazyPromise): void {
  const { parseResponse } = promise
  attached.add(promise)
  promise.parseResponse = function (this: unknown, ...args) {
    const parse = (): unknown => Reflect.apply(parseResponse, this, args)
    const observation = args.map((given: unknown) => isObject(given) && observations.get(given)).find(Boolean)
    return observation && !observation.parsing ? observeParsing(observation, parse) : parse()
  }
}

/** Takes back what the observation of promises has put on their class. */
export function forgetRebuilt(): void {
  rebuilding.undo()
  rebuilding = createPatches('promises made anew')
}

function override(target: object, key: PropertyKey, value: Method): void {
  const before = Object.getOwnPropertyDescriptor(target, key)
  Object.defineProperty(target, key, {
    value,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  })
}

/** The program waits for the outcome from now on, so a failure is not ours to report. */
function touch(observation: Observation): void {
  if (observation.touched) return
  observation.touched = true
  if (observation.guard !== undefined) void thenPlainly(observation.guard, ignore, ignore)
}

/** The response is there; its body waits for somebody to read it. */
function responded(observation: Observation): void {
  const { call } = observation
  if (observation.parsing || call.ended()) return
  call.watchIdle()
  if (observation.raw) {
    // Who asks for both calls `parse` first. This one reads the body on his own, if at all.
    call.stop('raw')
    observation.release()
  }
}

function observeParsing(observation: Observation, parse: () => unknown): unknown {
  const { call } = observation
  observation.parsing = true
  let parsed: unknown
  try {
    parsed = call.ended() ? parse() : call.run(parse)
  } catch (error) {
    call.fail(error)
    observation.release()
    throw error
  }
  const told = (result: unknown): void => {
    quietly(() => observation.onResult(result, call))
    observation.release()
  }
  if (!types.isPromise(parsed)) {
    told(parsed)
    return parsed
  }
  // The client waits for it in any case, so a failure stays the client's; listening first, we see the result first.
  void thenPlainly(parsed, told, (error) => {
    call.fail(error)
    observation.release()
  })
  return parsed
}

const ignore = (): void => undefined
