import {
  beginStep,
  fieldsOf,
  isObject,
  likeness,
  list,
  type Method,
  type Patches,
  read,
  runTool,
  SpanType,
  type Step,
  text,
} from '../base/index.ts'

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
      inputs: { messages: read(body, 'messages') },
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
  const tools = read(body, 'tools')
  if (!Array.isArray(tools)) return body
  try {
    return { ...fieldsOf(body), tools: tools.map(observedTool) }
  } catch {
    return body
  }
}

function observedTool(tool: unknown): unknown {
  if (typeof tool !== 'object' || tool === null) return tool
  // Made by the helpers for zod: the function is a property that is not enumerable.
  const callback = read(tool, '$callback')
  if (typeof callback === 'function') {
    const copy = Object.create(
      Object.getPrototypeOf(tool) as object | null,
      Object.getOwnPropertyDescriptors(tool),
    ) as object
    const name = text(read(tool, 'function', 'name')) ?? callback.name
    const before = Object.getOwnPropertyDescriptor(tool, '$callback')
    return Object.create(Object.getPrototypeOf(tool) as object | null, {
      ...Object.getOwnPropertyDescriptors(copy),
      $callback: { ...before, value: observedFunction(callback as Method, name) },
    })
  }
  const fn = read(tool, 'function', 'function')
  if (typeof fn !== 'function') return tool
  const definition = fieldsOf(read(tool, 'function'))
  const name = text(definition.name) ?? fn.name
  return { ...tool, function: { ...definition, function: observedFunction(fn as Method, name) } }
}

function observedFunction(fn: Method, name: string): Method {
  const wrapper: Method = function (this: unknown, ...args) {
    const [given, runner] = args as unknown[]
    return runTool(
      () => ({ name, arguments: argumentsOf(given), callId: callIdOf(runner, name, given) }),
      () => Reflect.apply(fn, this, args),
    )
  }
  likeness(fn, wrapper)
  return wrapper
}

/** Without a parser of its own, a tool gets the arguments as JSON text. */
function argumentsOf(given: unknown): unknown {
  if (typeof given !== 'string') return given
  try {
    return JSON.parse(given) as unknown
  } catch {
    return given
  }
}

/** The runner tells a tool nothing of its call; the last answer of the model has the calls that are being made. */
function callIdOf(runner: unknown, name: string, given: unknown): string | undefined {
  const asked = list(read(runner, 'messages')).findLast(
    (message) => list(read(message, 'tool_calls')).length > 0,
  )
  const calls = list(read(asked, 'tool_calls')).filter((call) => read(call, 'function', 'name') === name)
  const wanted = JSON.stringify(argumentsOf(given))
  const same = calls.filter(
    (call) =>
      calls.length === 1 || JSON.stringify(argumentsOf(read(call, 'function', 'arguments'))) === wanted,
  )
  return same.length === 1 ? text(read(same[0], 'id')) : undefined
}

/** The runner emits `end` once, whatever became of it, and `error` before when it failed. */
function endWithRunner(runner: unknown, step: Step): void {
  const on = read(runner, 'on')
  if (typeof on !== 'function') {
    step.span.end()
    return
  }
  const { span } = step
  const messages = (): readonly unknown[] => list(read(runner, 'messages'))
  Reflect.apply(on, runner, [
    'end',
    () => {
      const failure = read(runner, 'errored') === true
      const last = messages().at(-1)
      if (last !== undefined) span.setOutputs({ messages: [last] })
      if (failure) span.setStatus('ERROR')
      span.end()
    },
  ])
}
