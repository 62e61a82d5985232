import { types } from 'node:util'
import {
  beginStep,
  createPatches,
  dataAt,
  dataOf,
  exceptionFacts,
  failWith,
  follow,
  isObject,
  itemsOf,
  keys,
  list,
  type Method,
  methodIn,
  read,
  SpanType,
  type Step,
  type ToldFailure,
  text,
} from '../base/index.ts'

/** The names of the functions that a tool declared, the last time that it was asked. */
const declared: WeakMap<object, ReadonlySet<string>> = new WeakMap()

let users = 0

/** Lets the tools that have been observed be observed from now on. @returns the opposite */
export function watchTools(): () => void {
  users += 1
  let done = false
  return () => {
    if (!done) users -= 1
    done = true
  }
}

/**
 * Observes the tools of a request, in place: a copy would be another object to the program. One tool may stand for
 * many functions, and is asked for several at once. A frozen tool stays unobserved.
 */
export function observeTools(tools: unknown): void {
  for (const tool of itemsOf(tools)) {
    if (methodIn(tool, 'callTool') === undefined) continue
    // Nothing is kept for taking it back: the patches would hold tools that the program makes for one call.
    const patches = createPatches('google-genai tools')
    patches.wrap(tool, 'tool', observedDeclaration)
    patches.wrap(tool, 'callTool', observedCall)
  }
}

function observedDeclaration(original: Method): Method {
  return function (...args) {
    const returned: unknown = Reflect.apply(original, this, args)
    if (users === 0 || !isObject(this)) return returned
    const tool: WeakRef<object> = new WeakRef(this)
    return follow(returned, {
      item: () => undefined,
      done(value) {
        const names = itemsOf(dataAt(value, 'functionDeclarations')).flatMap(
          (one) => text(dataAt(one, 'name')) ?? [],
        )
        const known = tool.deref()
        if (known !== undefined) declared.set(known, new Set(names))
      },
      failed: () => undefined,
      stopped: () => undefined,
      run: (fn) => fn(),
    })
  }
}

/** One span for each function that is called; the tool may run them in any order, so all have the time of the whole. */
function observedCall(original: Method): Method {
  return function (...args) {
    const call = (): unknown => Reflect.apply(original, this, args)
    if (users === 0) return call()
    const asked = list(args[0]).filter((one) => isOf(this, one))
    const steps = asked.flatMap((one) => begin(one) ?? [])
    const [only, ...others] = steps
    if (only === undefined) return call()
    const end = (tell: (step: Step, index: number) => void): void => {
      for (const [index, step] of steps.entries()) {
        tell(step, index)
        step.span.end()
      }
    }
    // What the functions do inside belongs to one of them, and with several nobody knows which.
    const work = others.length === 0 ? () => only.run(call) : call
    let returned: unknown
    try {
      returned = work()
    } catch (error) {
      end(({ span }) => span.fail(error))
      throw error
    }
    return follow(returned, {
      item: () => undefined,
      done: (parts) => end((step, index) => tellResult(step, asked, index, parts)),
      failed: (error) => end(({ span }) => span.fail(error)),
      stopped: () => end(() => undefined),
      run: (fn) => fn(),
    })
  }
}

function isOf(tool: object, functionCall: unknown): boolean {
  const names = declared.get(tool)
  return names === undefined || names.has(text(read(functionCall, 'name')) ?? '')
}

function begin(functionCall: unknown): Step | undefined {
  const id = text(read(functionCall, 'id'))
  return beginStep(() => ({
    name: text(read(functionCall, 'name')) ?? 'function',
    spanType: SpanType.TOOL,
    inputs: read(functionCall, 'args'),
    attributes: { 'gen_ai.tool.type': 'function', ...(id !== undefined && { [keys.TOOL_CALL_ID]: id }) },
  }))
}

/** The answer to the call: by its ID, where the tool gives it back, else the next one of that name. */
function tellResult({ span }: Step, asked: readonly unknown[], index: number, parts: unknown): void {
  const functionCall = asked[index]
  const name = read(functionCall, 'name')
  const id = read(functionCall, 'id')
  const answers = itemsOf(parts).flatMap((part) => dataAt(part, 'functionResponse') ?? [])
  const named = answers.filter((answer) => dataAt(answer, 'name') === name)
  const before = asked.slice(0, index).filter((one) => read(one, 'name') === name).length
  const found = (id !== undefined && answers.find((answer) => dataAt(answer, 'id') === id)) || named[before]
  const response = dataAt(found, 'response')
  if (response === undefined) return
  span.setOutputs(dataOf(response))
  // The way of the API to tell a model that a function failed.
  const failure = dataAt(response, 'error')
  if (failure !== undefined && failure !== null) failWith(span, failureOf(failure))
}

/** A tool says in its own way why it failed: an error, its text, an object with a message, a result of MCP. */
function failureOf(failure: unknown): ToldFailure {
  if (types.isNativeError(failure)) {
    const { type, message } = exceptionFacts(failure)
    return { type, message, cause: failure }
  }
  const said = [
    failure,
    dataAt(failure, 'message'),
    ...itemsOf(dataAt(failure, 'content')).map((part) => dataAt(part, 'text')),
  ]
  return {
    type: text(dataAt(failure, 'code')) ?? text(dataAt(failure, 'name')) ?? 'tool_error',
    message: said.flatMap((one) => text(one) ?? []).join('\n') || undefined,
  }
}
