import type { Context } from '@opentelemetry/api'
import { createContextKey } from '../../runtime/otel-context.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import { activeContext } from '../../tracing/open-span.ts'
import { type Method, read } from '../base/index.ts'
import { type Answer, type Transport, textAt } from './protocol.ts'

/** A request that is being handled. */
export interface Handling {
  readonly id: unknown
  readonly span: LiveSpan
  /** Takes the answer just before it is sent; called once. @returns what is sent */
  answered(answer: Answer): Answer
}

interface Watched {
  readonly open: Set<Handling>
  restore(): void
}

const HANDLING: symbol = createContextKey('turnspan.mcp.handling')
const watched: WeakMap<Transport, Watched> = new WeakMap()

export const withHandling = (context: Context, handling: Handling): Context =>
  context.setValue(HANDLING, handling)

/** The request whose handler is running. */
export const handlingIn = (context: Context): Handling | undefined =>
  context.getValue(HANDLING) as Handling | undefined

/**
 * Watches what `transport` sends, for the answers to requests that are being handled. Only the transport sees all of
 * them: results, errors of the protocol, and those of requests without a handler. While a request is open, its `send`
 * is ours.
 *
 * @returns adds a request; `undefined` where the transport does not let us
 */
export function watchAnswers(transport: Transport | undefined): ((handling: Handling) => void) | undefined {
  if (transport === undefined) return undefined
  const found = watched.get(transport) ?? install(transport)
  return found && ((handling) => void found.open.add(handling))
}

/** Takes `handling` from those that wait for an answer. `false` when it did not wait any more. */
export function forget(transport: Transport, handling: Handling): boolean {
  const found = watched.get(transport)
  if (found === undefined || !found.open.delete(handling)) return false
  if (found.open.size === 0) {
    watched.delete(transport)
    found.restore()
  }
  return true
}

/** The requests that `transport` brought and that wait for an answer. */
export const openOn = (transport: Transport): readonly Handling[] => [...(watched.get(transport)?.open ?? [])]

/** Hands `message` to the request that it answers, if it answers one. @returns what is to be sent */
export function noticeAnswer(transport: Transport, message: unknown): unknown {
  try {
    if (!Array.isArray(message)) return noticeOne(transport, message)
    const told = message.map((each) => noticeOne(transport, each))
    return told.some((each, at) => each !== message[at]) ? told : message
  } catch {
    // What the message is made of must not keep it from being sent.
    return message
  }
}

function noticeOne(transport: Transport, message: unknown): unknown {
  const handling = answeredBy(transport, message)
  if (handling === undefined || !forget(transport, handling)) return message
  return handling.answered(message as Answer)
}

function answeredBy(transport: Transport, message: unknown): Handling | undefined {
  const id = read(message, 'id')
  if (id === undefined || textAt(message, 'method') !== undefined) return undefined
  // By the context first: two clients on one transport may use the same IDs.
  const handling = handlingIn(activeContext())
  if (handling?.id === id) return handling
  const same = openOn(transport).filter((each) => each.id === id)
  return same.length === 1 ? same[0] : undefined
}

function install(transport: Transport): Watched | undefined {
  const send: unknown = read(transport, 'send')
  const before = Object.getOwnPropertyDescriptor(transport, 'send')
  if (typeof send !== 'function' || (before ? !before.configurable : !Object.isExtensible(transport)))
    return undefined
  const observer: Method = function (...args) {
    const told = noticeAnswer(transport, args[0])
    return Reflect.apply(send, this, told === args[0] ? args : args.with(0, told))
  }
  const value = {
    value: observer,
    writable: true,
    enumerable: before?.enumerable ?? false,
    configurable: true,
  }
  if (!Reflect.defineProperty(transport, 'send', value)) return undefined
  const made: Watched = {
    open: new Set(),
    restore() {
      if (Object.getOwnPropertyDescriptor(transport, 'send')?.value !== observer) return
      if (before) Reflect.defineProperty(transport, 'send', before)
      else Reflect.deleteProperty(transport, 'send')
    },
  }
  watched.set(transport, made)
  return made
}
