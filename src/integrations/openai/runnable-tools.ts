import { types } from 'node:util'
import { thenPlainly } from '../../tracing/native-promise.ts'
import {
  dataAt,
  dataOf,
  isWholeList,
  itemsOf,
  likeness,
  type Method,
  overlay,
  read,
  runTool,
  text,
} from '../base/index.ts'

/**
 * Makes tools that are observed of those that a program gives to a runner, the same each time that it is asked. A list with
 * methods of its own is the program's to go through, and its tools are left as they are.
 */
export function observedTools(): (tools: unknown) => unknown {
  const known = new WeakMap<object, readonly unknown[]>()
  return (tools) => {
    if (!isWholeList(tools)) return tools
    const observed = known.get(tools) ?? itemsOf(tools).map(observedTool)
    known.set(tools, observed)
    return observed
  }
}

function observedTool(tool: unknown): unknown {
  if (typeof tool !== 'object' || tool === null || types.isProxy(tool)) return tool
  // Made by the helpers for zod: the function is a property that is not enumerable.
  const callback = dataAt(tool, '$callback')
  if (typeof callback === 'function') return withCallback(tool, callback as Method)
  const fn = dataAt(tool, 'function', 'function')
  if (typeof fn !== 'function') return tool
  const name = text(dataAt(tool, 'function', 'name')) ?? fn.name
  const definition = overlay(dataAt(tool, 'function') as object, {
    value(key, value) {
      if (key === 'function') return observedFunction(fn as Method, name)
      return key === 'parse' && typeof value === 'function' ? observedParse(value as Method, name) : value
    },
  })
  return overlay(tool, { value: (key, value) => (key === 'function' ? definition : value) })
}

function withCallback(tool: object, callback: Method): object {
  const name = text(dataAt(tool, 'function', 'name')) ?? callback.name
  const members = Object.getOwnPropertyDescriptors(tool) as Record<string, PropertyDescriptor>
  return Object.create(Object.getPrototypeOf(tool) as object | null, {
    ...members,
    $callback: { ...members.$callback, value: observedFunction(callback, name) },
  }) as object
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

/** A tool whose arguments do not fit is not run, and yet was called: the model is told of the failure as of any other. */
function observedParse(parse: Method, name: string): Method {
  const failed = (given: unknown, error: unknown): never =>
    runTool(
      () => ({ name, arguments: argumentsOf(given) }),
      () => {
        throw error
      },
    )
  const wrapper: Method = function (this: unknown, ...args) {
    let parsed: unknown
    try {
      parsed = Reflect.apply(parse, this, args)
    } catch (error) {
      return failed(args[0], error)
    }
    // The runner waits for it, and tells the model of its failure.
    if (types.isPromise(parsed)) {
      void thenPlainly(parsed, nothing, (error) => {
        try {
          failed(args[0], error)
        } catch {
          // Thrown to be recorded.
        }
      })
    }
    return parsed
  }
  likeness(parse, wrapper)
  return wrapper
}

const nothing = (): void => undefined

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
  const asked = itemsOf(read(runner, 'messages')).findLast(
    (message) => itemsOf(dataAt(message, 'tool_calls')).length > 0,
  )
  const calls = itemsOf(dataAt(asked, 'tool_calls')).filter(
    (call) => dataAt(call, 'function', 'name') === name,
  )
  const wanted = JSON.stringify(dataOf(argumentsOf(given)))
  const same = calls.filter(
    (call) =>
      calls.length === 1 ||
      JSON.stringify(dataOf(argumentsOf(dataAt(call, 'function', 'arguments')))) === wanted,
  )
  return same.length === 1 ? text(dataAt(same[0], 'id')) : undefined
}
