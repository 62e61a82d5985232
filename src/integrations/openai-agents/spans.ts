import {
  activeContext,
  beginStep,
  currentPipeline,
  failWith,
  keys,
  type Method,
  modelCallIn,
  quietly,
  read,
  text,
} from '../base/index.ts'
import { beginGeneration, endGeneration } from './generation.ts'
import {
  type Copy,
  contextBelow,
  isUntracedHere,
  noteRun,
  parentOf,
  type Run,
  rootHere,
  runOf,
} from './runs.ts'
import { describeEnd, describeStart } from './span-data.ts'

/** Observes `start()` of a span of the SDK. */
export function observeSpanStart(original: Method, copy: Copy): Method {
  return function (this: object, ...args) {
    if (currentPipeline() !== undefined && runOf(this) === undefined) quietly(() => beginRun(this, copy))
    return Reflect.apply(original, this, args)
  }
}

function beginRun(span: object, copy: Copy): void {
  if (isUntracedHere()) return
  const data = read(span, 'spanData')
  const kind = text(read(data, 'type')) ?? 'custom'
  const root = rootHere()
  if (kind === 'task' && root !== undefined) return
  if (kind === 'response' || kind === 'generation') {
    // The model is observed itself, so that this span is its call's already.
    if (modelCallIn(activeContext()) !== undefined) return
    beginGeneration(span, contextBelow(parentOf(span, root, copy)))
    return
  }
  if (
    kind === 'agent' &&
    root !== undefined &&
    root.agentRun === undefined &&
    read(data, 'name') === root.agent
  ) {
    root.agentRun = root.run
    // Ends with the run, which is the agent's: its own end says nothing more.
    root.below.set(read(span, 'spanId'), root.run)
    return
  }
  const step = beginStep(() => ({
    ...describeStart(kind, data),
    context: contextBelow(parentOf(span, root, copy)),
  }))
  if (step === undefined) return
  const run: Run = { kind, step, root, open: true, error: undefined }
  noteRun(span, run)
  if (root === undefined) return
  root.below.set(idOf(span, run), run)
  if (kind === 'agent') root.agentRun = run
}

/** The IDs of spans that are off are all the same. */
function idOf(span: object, run: Run): unknown {
  const id = read(span, 'spanId')
  return id === 'no-op' ? run : id
}

/** Observes `end()` of a span of the SDK. */
export function observeSpanEnd(original: Method): Method {
  return function (this: object, ...args) {
    quietly(() => {
      const run = runOf(this)
      if (run !== undefined) endRun(run, read(this, 'spanData'), this)
      else endGeneration(this, read(this, 'error'))
    })
    return Reflect.apply(original, this, args)
  }
}

function endRun(run: Run, data: unknown, span: object): void {
  if (!run.open) return
  run.open = false
  run.root?.below.delete(idOf(span, run))
  describeEnd(run, data, run.root?.withContent ?? true)
  tellError(run)
  run.step.span.end()
}

/** Ends what is still open when everything above it is over: the SDK leaves spans of interrupted turns open. */
export function endBelow(below: Map<unknown, Run>, except: Run): void {
  for (const run of below.values()) {
    if (run === except || !run.open) continue
    run.open = false
    tellError(run)
    run.step.span.setAttribute(keys.CALL_END, 'stopped')
    run.step.span.end()
  }
  below.clear()
}

/** The SDK's `{ message, data: { error } }`: the former is one of its own sentences, the latter says what was thrown. */
function tellError({ step, error, kind, root }: Run): void {
  if (error === undefined || error === null) return
  const said = text(read(error, 'data', 'error')) ?? text(read(error, 'message'))
  failWith(step.span, {
    type: kind === 'function' ? 'tool_error' : 'agent_error',
    message: (root?.withContent ?? true) ? said : undefined,
  })
}

/** What can be said of an error whose message the program keeps out of traces. */
export const typeOf = (error: unknown): string => text(read(error, 'constructor', 'name')) ?? 'Error'

/** Observes `setError(error)`: a span that is off does not keep it. */
export function observeSpanError(original: Method): Method {
  return function (this: object, ...args) {
    quietly(() => {
      const run = runOf(this)
      if (run !== undefined) run.error = args[0]
    })
    return Reflect.apply(original, this, args)
  }
}

/** Observes `clone()` of spans and traces: each async branch of the SDK has copies of those that it stands in. */
export function observeClone(original: Method): Method {
  return function (this: object, ...args) {
    const copy: unknown = Reflect.apply(original, this, args)
    quietly(() => {
      const run = runOf(this)
      if (run !== undefined) noteRun(copy, run)
    })
    return copy
  }
}
