import { types } from 'node:util'
import { applyUpdate } from '../../context/trace-update.ts'
import { thenPlainly } from '../../tracing/native-promise.ts'
import {
  activeContext,
  beginStep,
  currentPipeline,
  dataAt,
  dataFields,
  dataOf,
  failWith,
  isObject,
  keys,
  list,
  type Method,
  read,
  runIn,
  text,
} from '../base/index.ts'
import { type Copy, currentRun, type Root, type Run, rootHere, withoutRoot, withRoot } from './runs.ts'
import { agent } from './span-data.ts'
import { endBelow, typeOf } from './spans.ts'
import { runBegan, runEnded } from './traces.ts'

/**
 * Observes `Runner.run(agent, input, options)`, which is one turn of an agent: the outermost span of what the SDK does.
 * Failures are the very errors that the program gets, and the end is known where the SDK's own trace has none.
 */
export function observeRun(original: Method, copy: Copy): Method {
  return function (this: object, ...args) {
    if (currentPipeline() === undefined) return Reflect.apply(original, this, args)
    if (read(this, 'config', 'tracingDisabled') === true) {
      return runIn(withoutRoot(activeContext()), () => Reflect.apply(original, this, args))
    }
    const root = beginRoot(this, args, copy)
    if (root === undefined) return Reflect.apply(original, this, args)
    const inside = withRoot(root.run.step.inside, root)
    let returned: unknown
    try {
      returned = runIn(inside, () => Reflect.apply(original, this, args))
    } catch (error) {
      fail(root, error, copy)
      throw error
    }
    if (!types.isPromise(returned)) {
      follow(root, returned, copy)
      return returned
    }
    return thenPlainly(
      returned,
      (result): unknown => {
        follow(root, result, copy)
        return result
      },
      (error) => {
        fail(root, error, copy)
        throw error
      },
    )
  }
}

function beginRoot(runner: object, args: readonly unknown[], copy: Copy): Root | undefined {
  const [first, input, options] = args
  const config = read(runner, 'config')
  const withContent = read(config, 'traceIncludeSensitiveData') !== false
  const name = text(dataAt(first, 'name'))
  const step = beginStep(() => agent(name ?? 'Agent'))
  if (step === undefined) return undefined
  const run: Run = { kind: 'run', step, root: undefined, open: true, error: undefined }
  const root: Root = {
    run,
    trace: runBegan(copy),
    agent: name,
    withContent,
    below: new Map(),
    agentRun: undefined,
  }
  try {
    describe(root, config, input, options, copy)
  } catch {
    // What the program handed over could not be read.
  }
  return root
}

/** What the SDK calls a workflow that the program did not name. */
const UNNAMED = 'Agent workflow'

function describe(root: Root, config: unknown, input: unknown, options: unknown, copy: Copy): void {
  const { span } = root.run.step
  const trace = copy.trace()
  const workflow = text(read(config, 'workflowName')) ?? text(read(trace, 'name'))
  if (workflow !== undefined && workflow !== UNNAMED) span.setAttribute('openai_agents.workflow', workflow)
  const session =
    text(read(config, 'groupId')) ?? text(read(trace, 'groupId')) ?? text(dataAt(options, 'conversationId'))
  if (session !== undefined) {
    span.setAttribute(keys.CONVERSATION_ID, session)
    if (span.trace.sessionId === undefined) applyUpdate(span.trace, { sessionId: session }, span.host)
  }
  if (!root.withContent || !span.wantsContent) return
  // What goes on from a state was asked by the run before.
  if (typeof input === 'string') span.setInputs(input)
  else if (Array.isArray(input)) span.setInputs({ input: dataOf(input) })
  for (const [key, value] of Object.entries(dataFields(read(config, 'traceMetadata')))) {
    span.setAttribute(`openai_agents.metadata.${key}`, dataOf(value))
  }
}

/** A streamed run is over when the loop that feeds its stream is. */
function follow(root: Root, result: unknown, copy: Copy): void {
  const loop = call(result, '_getStreamLoopPromise')
  if (!types.isPromise(loop)) {
    finish(root, result, copy)
    return
  }
  const over = (): void => {
    const error = read(result, 'error')
    if (error !== null && error !== undefined) fail(root, error, copy)
    else finish(root, result, copy)
  }
  void thenPlainly(loop, over, over)
}

function call(target: unknown, key: string): unknown {
  const method = read(target, key)
  return typeof method === 'function' ? Reflect.apply(method, target, []) : undefined
}

function finish(root: Root, result: unknown, copy: Copy): void {
  runEnded(copy, root.trace)
  end(root, () => {
    const { span } = root.run.step
    // Not `finalOutput`, which checks the answer with the program's own schema, and complains where there is none.
    const step = read(result, 'state', '_currentStep')
    const interruptions = list(read(step, 'data', 'interruptions')).length
    if (interruptions > 0) span.setAttribute('openai_agents.interruptions', interruptions)
    if (read(result, 'cancelled') === true) span.setAttribute(keys.CALL_END, 'stopped')
    const output = read(step, 'output')
    if (root.withContent && span.wantsContent && output !== undefined) span.setOutputs(dataOf(output))
  })
}

function fail(root: Root, error: unknown, copy: Copy): void {
  const { span } = root.run.step
  end(root, () => (root.withContent ? span.fail(error) : failWith(span, { type: typeOf(error) })))
  runEnded(copy, root.trace, error)
}

function end({ run, below }: Root, say: () => void): void {
  if (!run.open) return
  run.open = false
  try {
    endBelow(below, run)
    say()
  } catch {
    // The end itself must not be missed.
  } finally {
    run.step.span.end()
  }
}

/** Observes `emit(event, …)` of runners and agents: what their events tell and the SDK's spans do not. */
export function observeEmit(original: Method, copy: Copy): Method {
  return function (this: unknown, ...args) {
    if (currentPipeline() !== undefined) {
      try {
        noteEvent(args, copy)
      } catch {
        // Events of another kind.
      }
    }
    return Reflect.apply(original, this, args)
  }
}

function noteEvent([event, ...rest]: readonly unknown[], copy: Copy): void {
  if (event !== 'agent_tool_start' && event !== 'agent_end') return
  if (rootHere() === undefined) return
  const run = currentRun(copy)
  if (run === undefined) return
  if (event === 'agent_tool_start') {
    const id = text(dataAt(rest.at(-1), 'toolCall', 'callId'))
    if (run.kind === 'function' && id !== undefined) run.step.span.setAttribute(keys.TOOL_CALL_ID, id)
    return
  }
  const output = rest.at(-1)
  const withContent = run.root?.withContent ?? true
  if (run.kind === 'agent' && withContent && run.step.span.wantsContent && !isObject(output)) {
    run.step.span.setOutputs(output)
  }
}
