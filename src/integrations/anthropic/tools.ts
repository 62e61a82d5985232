import {
  createPatches,
  dataAt,
  dataOf,
  fieldsOf,
  itemsOf,
  type Method,
  methodIn,
  read,
  runTool,
  type ToolRun,
  text,
} from '../base/index.ts'
import { toolRunnerIn } from './tool-loops.ts'

/**
 * Observes the tools that a runner may call, in place: a copy would be another object to a program that looks for its
 * own among the runner's. Outside a runner's loop they are what they were before. A frozen tool stays unobserved.
 */
export function observeTools(tools: unknown): void {
  for (const tool of itemsOf(tools)) {
    if (methodIn(tool, 'run') === undefined) continue
    // Nothing is kept for taking it back: the patches would hold tools that the program makes for one call.
    const patches = createPatches('anthropic tools')
    patches.wrap(tool, 'run', observedRun)
    patches.wrap(tool, 'parse', observedParse)
  }
}

function observedRun(original: Method): Method {
  return function (...args) {
    const runner = toolRunnerIn()
    if (runner === undefined) return Reflect.apply(original, this, args)
    return runTool(
      () => describe(this, args, runner),
      () => Reflect.apply(original, this, args),
    )
  }
}

/** A tool whose input does not fit is not run, and yet was called: the model is told of the failure as of any other. */
function observedParse(original: Method): Method {
  return function (...args) {
    const runner = toolRunnerIn()
    if (runner === undefined) return Reflect.apply(original, this, args)
    try {
      return Reflect.apply(original, this, args)
    } catch (error) {
      return runTool(
        () => describe(this, args, runner),
        () => {
          throw error
        },
      )
    }
  }
}

function describe(tool: unknown, [first, second]: unknown[], runner: object): ToolRun {
  const own = text(dataAt(tool, 'name'))
  // A member of a toolset gets the call and its context the other way round than a tool.
  const use = own === undefined ? second : (read(second, 'toolUse') ?? read(second, 'toolUseBlock'))
  const name = text(read(use, 'name')) ?? own ?? 'tool'
  const given = own === undefined ? read(use, 'input') : first
  return {
    name,
    arguments: given,
    callId: text(read(use, 'id')) ?? callIdOf(runner, name, given),
    attributes: defined({
      'gen_ai.tool.description': text(dataAt(tool, 'description')),
      'gen_ai.tool.type': 'function',
      'anthropic.toolset.name': text(read(use, 'toolset_name')),
    }),
  }
}

/** Older runners tell a tool nothing of its call; the last answer of the model has the calls that are being made. */
function callIdOf(runner: object, name: string, given: unknown): string | undefined {
  const asked = itemsOf(read(runner, 'params', 'messages')).findLast(
    (message) => dataAt(message, 'role') === 'assistant',
  )
  const calls = itemsOf(dataAt(asked, 'content')).filter(
    (block) => dataAt(block, 'type') === 'tool_use' && dataAt(block, 'name') === name,
  )
  const wanted = JSON.stringify(dataOf(given))
  const same =
    calls.length === 1
      ? calls
      : calls.filter((call) => JSON.stringify(dataOf(dataAt(call, 'input'))) === wanted)
  return same.length === 1 ? text(dataAt(same[0], 'id')) : undefined
}

const defined = (attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fieldsOf(attributes)).filter(([, value]) => value !== undefined))
