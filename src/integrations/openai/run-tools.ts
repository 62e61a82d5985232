import {
  beginStep,
  dataAt,
  dataOf,
  isObject,
  keys,
  type LiveSpan,
  type Method,
  overlay,
  type Patches,
  read,
  SpanType,
  type Step,
} from '../base/index.ts'
import { observedTools } from './runnable-tools.ts'

/**
 * Observes `runTools`: one span for the whole loop, below which the model calls stand, and one of type TOOL for each
 * call of a tool. The runner's events carry no times, so the functions themselves are observed, in a copy of the
 * request; the program's own objects stay as they are.
 */
export function patchRunTools(patches: Patches, client: unknown): void {
  patches.wrap(read(client, 'Chat', 'Completions', 'prototype'), 'runTools', observed)
  const former = betaCompletions(client)
  if (former !== undefined) patches.wrap(former, 'runTools', observed)
}

/** In openai 4 the helpers are in a class that nothing but an instance leads to; making one only stores its client. */
function betaCompletions(client: unknown): object | undefined {
  const beta = read(client, 'Beta')
  if (typeof beta !== 'function') return undefined
  try {
    const completions: unknown = read(Reflect.construct(beta, [STORED]), 'chat', 'completions')
    return isObject(completions) ? (Object.getPrototypeOf(completions) as object) : undefined
  } catch {
    return undefined
  }
}

const nothing = (): void => undefined
const STORED: Readonly<Record<string, () => void>> = {
  get: nothing,
  post: nothing,
  patch: nothing,
  put: nothing,
  delete: nothing,
  getAPIList: nothing,
}

function observed(original: Method): Method {
  return function (...args) {
    const [body, ...rest] = args as unknown[]
    const step = beginStep(() => ({
      name: 'runTools',
      spanType: SpanType.CHAIN,
      inputs: { messages: dataAt(body, 'messages') },
    }))
    if (step === undefined) return Reflect.apply(original, this, args)
    let runner: unknown
    try {
      runner = step.run(() => Reflect.apply(original, this, [withObservedTools(body), ...rest]))
    } catch (error) {
      step.span.fail(error)
      step.span.end()
      throw error
    }
    endWithRunner(runner, step)
    return runner
  }
}

function withObservedTools(body: unknown): unknown {
  if (!isObject(body)) return body
  const observe = observedTools()
  return overlay(body, { value: (key, value) => (key === 'tools' ? observe(value) : value) })
}

/**
 * The runner tells of what becomes of it by `_emit`: `error` or `abort` with the error, and `end` once. To listen for these
 * would count as handling them, so it is seen as it is told.
 */
function endWithRunner(runner: unknown, { span }: Step): void {
  const emit = read(runner, '_emit')
  if (!isObject(runner) || typeof emit !== 'function') {
    span.end()
    return
  }
  const observer: Method = function (this: unknown, ...args) {
    const [event, error] = args as unknown[]
    if (event === 'error' || event === 'abort') span.fail(error)
    if (event === 'abort') span.setAttribute(keys.CALL_END, 'aborted')
    if (event === 'end') end(span, runner)
    return Reflect.apply(emit, this, args)
  }
  Object.defineProperty(runner, '_emit', { value: observer, writable: true, configurable: true })
}

function end(span: LiveSpan, runner: object): void {
  const messages = read(runner, 'messages')
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  if (last !== undefined && span.wantsContent) span.setOutputs({ messages: [dataOf(last)] })
  span.end()
}
