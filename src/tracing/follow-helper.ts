import { types } from 'node:util'
import { ABANDONED, type Watch } from './follower.ts'
import { claim, methodOf, mirror } from './mirror.ts'
import { whenSettled } from './settling.ts'

/** Methods that bring what came out, or say that it is over: `finalMessage`, `finalText`, `done`. */
const ENDING = /^(final[A-Z]\w*|done)$/

/**
 * Watches what helper objects of API clients have beside their iteration: a program may read them by events and a final
 * promise alone. Seen are the events, where they pass a method of the object (`_emit`); the promises of its methods
 * `final…` and `done`, when the program asks for them; and a promise `completed` that it carries.
 */
export function watchHelper(helper: object, watch: Watch): void {
  mirror(helper, '_emit', watch, (emit, self, args) => {
    observeEvent(args, watch)
    return Reflect.apply(emit, self, args)
  })
  for (const key of endingsOf(helper)) {
    mirror(helper, key, watch, (ask, self, args) => {
      const answer = Reflect.apply(ask, self, args)
      if (types.isPromise(answer)) whenOver(answer, watch, (value) => key !== 'done' && watch.result(value))
      return answer
    })
  }
  const completed = promiseOf(helper, 'completed')
  if (completed === undefined) return
  const weak = new WeakRef(helper)
  whenOver(completed, watch, () => {
    const output: unknown = (weak.deref() as { finalOutput?: unknown } | undefined)?.finalOutput
    if (output !== undefined) watch.result(output)
  })
}

/** Whether `value` is one that has such ways and cannot be iterated. */
export const isHelper = (value: object): boolean =>
  methodOf(value, '_emit') !== undefined && methodOf(value, 'on') !== undefined && endingsOf(value).length > 0

function observeEvent([event, value]: unknown[], watch: Watch): void {
  if (typeof event === 'string' && /^final[A-Z]/.test(event)) watch.result(value)
  else if (typeof event === 'string' && event.endsWith('.completed')) tellResponse(value, watch)
  else if (event === 'error') watch.failed(value)
  else if (event === 'abort') watch.stopped(value)
  else if (event === 'end') watch.done()
}

/** The last event of a streamed Response brings the whole. */
function tellResponse(event: unknown, watch: Watch): void {
  const response = (event as { response?: unknown } | null | undefined)?.response
  if (response !== undefined) watch.result(response)
}

/** Follows one in place. */
export function followHelper(helper: object, watch: Watch): unknown {
  if (!claim(helper, watch)) {
    watch.done(helper)
    return helper
  }
  watchHelper(helper, watch)
  watch.hold(helper)
  return helper
}

function whenOver(promise: Promise<unknown>, watch: Watch, tell: (value: unknown) => void): void {
  whenSettled(promise, {
    fulfilled(value) {
      tell(value)
      watch.done()
    },
    rejected: watch.failed,
    dropped: () => watch.untouched(ABANDONED),
  })
}

function promiseOf(helper: object, key: string): Promise<unknown> | undefined {
  try {
    const value = (helper as Record<string, unknown>)[key]
    return types.isPromise(value) ? value : undefined
  } catch {
    return undefined
  }
}

const known = new WeakMap<object, readonly string[]>()

/** The same for all objects of a class. */
function endingsOf(helper: object): readonly string[] {
  const prototype = Object.getPrototypeOf(helper) as object | null
  if (prototype === null || prototype === Object.prototype) return []
  let found = known.get(prototype)
  if (found === undefined) {
    found = [...keysAlong(prototype)].filter((key) => ENDING.test(key))
    known.set(prototype, found)
  }
  return found
}

function keysAlong(prototype: object): Set<string> {
  const keys = new Set<string>()
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; ) {
    for (const key of Object.getOwnPropertyNames(at)) {
      if (typeof Object.getOwnPropertyDescriptor(at, key)?.value === 'function') keys.add(key)
    }
    at = Object.getPrototypeOf(at) as object | null
  }
  return keys
}
