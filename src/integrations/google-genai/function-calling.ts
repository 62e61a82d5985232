import {
  ABANDONED,
  beginStep,
  dataAt,
  dataFields,
  dataOf,
  type Fields,
  type Follower,
  follow,
  geminiAnswer,
  itemsOf,
  keys,
  list,
  type Method,
  methodIn,
  type Patches,
  read,
  SpanType,
  type Step,
} from '../base/index.ts'
import { contentInputs } from './request.ts'
import { observeTools } from './tools.ts'

/**
 * Observes automatic function calling: one span for the whole loop, below which the model calls stand, and one of type
 * TOOL for each function that is called.
 */
export function patchFunctionCalling(
  patches: Patches,
  prototype: unknown,
  meet: (models: unknown) => void,
): void {
  patches.wrap(prototype, 'processParamsMaybeAddMcpUsage', (original): Method => {
    return function (...args) {
      meet(this)
      observeTools(dataAt(args[0], 'config', 'tools'))
      return Reflect.apply(original, this, args)
    }
  })
  // Called for streams only, and only when there are functions to call.
  patches.wrap(prototype, 'processAfcStream', (original): Method => {
    return function (...args) {
      observeTools(dataAt(args[0], 'config', 'tools'))
      return inStep('generateContentStream', args[0], () => Reflect.apply(original, this, args))
    }
  })
}

/** The function of an instance with the loop in a span of its own, where there is one. */
export function observedGenerateContent(original: Method, isOn: () => boolean): Method {
  return function (...args) {
    const call = (): unknown => Reflect.apply(original, this, args)
    return isOn() && callsFunctions(args[0]) ? inStep('generateContent', args[0], call) : call()
  }
}

/** Whether the client would call functions by itself for this request, by its own rules. */
function callsFunctions(params: unknown): boolean {
  const config = dataAt(params, 'config')
  const most = dataAt(config, 'automaticFunctionCalling', 'maximumRemoteCalls')
  if (dataAt(config, 'automaticFunctionCalling', 'disable') || most === 0) return false
  return itemsOf(dataAt(config, 'tools')).some(isCallable)
}

const isCallable = (tool: unknown): boolean => methodIn(tool, 'callTool') !== undefined

/** Tools that are called say nothing by their members, which may be whole clients; what they declare stands below. */
function givenTo(params: unknown): Fields {
  const config = dataFields(dataAt(params, 'config'))
  const tools = itemsOf(config.tools).filter((tool) => !isCallable(tool))
  return contentInputs(dataOf({ ...dataFields(params), config: { ...config, tools } }))
}

function inStep<T>(name: string, params: unknown, work: () => T): T {
  const step = beginStep(() => ({
    name,
    spanType: SpanType.CHAIN,
    inputs: givenTo(params),
    attributes: { [keys.MESSAGE_FORMAT]: 'gemini' },
  }))
  if (step === undefined) return work()
  let returned: T
  try {
    returned = step.run(work)
  } catch (error) {
    step.span.fail(error)
    step.span.end()
    throw error
  }
  return follow(returned, followerOf(step)) as T
}

function followerOf({ span, run }: Step): Follower {
  let last: unknown
  const end = (result: unknown): void => {
    if (result !== undefined && span.wantsContent) span.setOutputs(geminiAnswer(result).outputs)
    span.end()
  }
  return {
    item(chunk) {
      // Of a stream the whole stands below, with the calls; here the last word is enough.
      if (list(read(chunk, 'candidates', 0, 'content', 'parts')).length > 0) last = chunk
    },
    done: (value) => end(read(value, 'candidates') === undefined ? last : value),
    failed(error) {
      span.fail(error)
      end(last)
    },
    stopped(reason) {
      span.setAttribute(keys.CALL_END, reason === ABANDONED ? 'abandoned' : 'stopped')
      end(last)
    },
    run: (fn) => run(fn),
  }
}
