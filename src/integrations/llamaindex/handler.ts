import { dataAt, dataOf, itemsOf, read, text } from '../base/index.ts'

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
  if (typeof root !== 'object' || root === null) return undefined
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
  const all = events.map((event) => dataOf(dataIn(event)))
  return all.length > 1 ? all : all[0]
}

/** The events that a handler has sent so far; what it returned is the last of them. */
export const sentBy = (handler: Handler): readonly unknown[] => itemsOf(dataAt(handler.own, 'outputs'))

/** Why the work of a handler was aborted, where it failed before it gave a promise: the engine catches that. */
export function abortedBy(handler: Handler): { readonly reason: unknown } | undefined {
  const signal = read(handler.root, 'abortController', 'signal')
  return read(signal, 'aborted') === true ? { reason: read(signal, 'reason') } : undefined
}
