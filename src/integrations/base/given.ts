import type { ModelCall, ModelCallInit } from './model-call-type.ts'
import { dataAt, dataOf, hasPlainSettings } from './own-data.ts'

/** What the program gave to a call. */
export interface Given {
  /** Its own object: to be read by `dataAt` and `settingAt` alone. */
  readonly value: unknown
  /** All of it, as {@link dataOf} reads it. Asked for where content is recorded. */
  data(): unknown
  /** Whether something in it cannot be read without running code of the program: what the client sends says more. */
  isPartial(): boolean
}

/** The request that a program gives to a method. */
export function givenBy(value: unknown): Given {
  let data: unknown
  let isRead = false
  return {
    value,
    data() {
      if (!isRead) data = dataOf(value)
      isRead = true
      return data
    },
    isPartial: () => (isRead ? data !== value : !hasPlainSettings(value)),
  }
}

interface Awaited {
  readonly tell: (sent: unknown) => void
  readonly given: unknown
}

const awaited: WeakMap<ModelCall, Awaited> = new WeakMap()

/** Has `tell` called with the request of `call`, as the client has made JSON of `given`, once it is sent. */
export function whenSent(call: ModelCall, tell: (sent: unknown) => void, given: unknown): void {
  awaited.set(call, { tell, given })
}

/** Notes that the client is about to send `body` for `call`. Only the first attempt is read, and only where it has to be. */
export function noteSent(call: ModelCall, body: unknown, url?: unknown): void {
  const waiting = awaited.get(call)
  if (waiting === undefined) return
  awaited.delete(call)
  try {
    const sent: unknown = typeof body === 'string' ? JSON.parse(body) : undefined
    if (typeof sent !== 'object' || sent === null) return
    const model = dataAt(waiting.given, 'model') ?? modelIn(url)
    waiting.tell('model' in sent || model === undefined ? sent : { model, ...sent })
  } catch {
    // No JSON: then what could be read of the program's own object is what is known.
  }
}

const describing: WeakMap<ModelCall, (init: ModelCallInit) => void> = new WeakMap()

/**
 * Has `tell` called with what a client says of the first request that it makes for `call`, which a framework began: the
 * client knows more of it than the framework does.
 */
export function whenClientBegins(call: ModelCall, tell: (init: ModelCallInit) => void): void {
  describing.set(call, tell)
}

/** Notes that a client begins a request for `call`; `init` is asked only where somebody wants to know. */
export function noteClientCall(call: ModelCall | undefined, init: () => ModelCallInit): void {
  const tell = call && describing.get(call)
  if (call === undefined || tell === undefined) return
  describing.delete(call)
  try {
    tell(init())
  } catch {
    // What the framework said is what is known.
  }
}

const offered: WeakSet<ModelCall> = new WeakSet()

/**
 * Lets the client that makes the first request for `call`, which a framework began, go on with it as with one of its own:
 * it describes it, follows its stream, and ends it. Where no client that is traced asks, the framework ends it.
 */
export function offerCall(call: ModelCall): void {
  offered.add(call)
}

/** The call that a framework offers to a client, described as the client does it. */
export function takeOffered(call: ModelCall | undefined, init: () => ModelCallInit): ModelCall | undefined {
  if (call === undefined || !offered.has(call)) return undefined
  try {
    const given = init()
    // Files and batches are none of a model's calls.
    if (given.operation === undefined) return undefined
    offered.delete(call)
    call.describe(given)
    return call
  } catch {
    return undefined
  }
}

/** The clouds have the model in the address: `/model/<model>/invoke`, `/models/<model>:rawPredict`. */
function modelIn(url: unknown): string | undefined {
  const found = typeof url === 'string' ? /(?:^|\/)models?\/([^/:?]+)[/:]/.exec(url)?.[1] : undefined
  return found === undefined ? undefined : decodeURIComponent(found)
}
