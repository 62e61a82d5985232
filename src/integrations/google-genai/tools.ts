import {
  beginStep,
  createPatches,
  follow,
  isObject,
  keys,
  list,
  type Method,
  read,
  SpanType,
  type Step,
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
  for (const tool of list(tools)) {
    if (typeof read(tool, 'callTool') !== 'function') continue
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
        const names = list(read(value, 'functionDeclarations')).flatMap(
          (one) => text(read(one, 'name')) ?? [],
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
  const answers = list(parts).flatMap((part) => read(part, 'functionResponse') ?? [])
  const named = answers.filter((answer) => read(answer, 'name') === name)
  const before = asked.slice(0, index).filter((one) => read(one, 'name') === name).length
  const found = (id !== undefined && answers.find((answer) => read(answer, 'id') === id)) || named[before]
  const response = read(found, 'response')
  if (response === undefined) return
  span.setOutputs(response)
  // The way of the API to tell a model that a function failed.
  if (read(response, 'error') !== undefined) span.setStatus('ERROR')
}
