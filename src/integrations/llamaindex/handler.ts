import { dataAt, isObject, itemsOf, read, text } from '../base/index.ts'

/** One run of a handler of a workflow, as the workflow's engine has it. */
export interface Handler {
  /** What the handler is, by its own name or that of the event that it takes. */
  readonly name: string
  /** The events that it was given. */
  readonly inputs: readonly unknown[]
  /** The same for all that runs in one context of the workflow. */
  readonly root: object
  /** The engine's own object, which gets `pending` and `outputs`. */
  readonly own: object
}

/** What the engine runs in its async context, where that is a handler. */
export function handlerOf(value: unknown): Handler | undefined {
  const handler = dataAt(value, 'handler')
  const inputs = dataAt(value, 'inputs')
  if (typeof handler !== 'function' || !Array.isArray(inputs) || dataAt(value, 'prev') === undefined) {
    return undefined
  }
  const root = read(value, 'root')
  if (!isObject(root)) return undefined
  return { name: nameOf(handler, inputs), inputs, root, own: value as object }
}

function nameOf(handler: unknown, inputs: readonly unknown[]): string {
  const name = text(dataAt(handler, 'name'))
  return name ?? labelOf(inputs[0]) ?? 'step'
}

/** What the program calls an event; without a label events are numbered. */
export function labelOf(event: unknown): string | undefined {
  const label = text(dataAt(event, Symbol.toStringTag))
  return label === undefined || /^(?:WorkflowEvent\(|\d+$)/.test(label) ? undefined : label
}

/** What an event carries. Its getter is the engine's own. */
export const dataIn = (event: unknown): unknown => read(event, 'data')

/** What events carry, as it is recorded: of one its data, of several a list. */
export function carried(events: readonly unknown[]): unknown {
  return events.length > 1 ? events.map(dataIn) : dataIn(events[0])
}

/** The events that a handler has sent so far; what it returned is the last of them. */
export const sentBy = (handler: Handler): readonly unknown[] => itemsOf(dataAt(handler.own, 'outputs'))

/** An abort of all that runs in a context, as the engine does it when a handler throws before it gives a promise. */
export interface Aborted {
  readonly signal: object
  readonly reason: unknown
}

/** Whether the work in the context of `handler` is aborted. */
export function abortedIn(handler: Handler): Aborted | undefined {
  const signal = read(handler.root, 'abortController', 'signal')
  if (!isObject(signal) || read(signal, 'aborted') !== true) return undefined
  return { signal, reason: read(signal, 'reason') }
}
