import { nowMs } from '../../runtime/clock.ts'
import { realTime, withoutHold } from '../../runtime/real-time.ts'
import { beginStep, processWide, SpanType, type Step } from '../base/index.ts'

/** The agents of one run: the one that it began with, and whom that handed over to. */
export interface Agents {
  /** Name of the one that began; known with the first event that names one where it was not told. */
  first: string | undefined
  /** The one at work, below the first; `undefined` while that is the first itself. */
  current: { readonly name: string; readonly step: Step } | undefined
  end(): void
}

/** What goes on in one context of a workflow, from the first handler until none runs any more. */
export interface WorkflowRun {
  readonly step: Step
  /** Where it is one of agents. */
  readonly agents: Agents | undefined
  /** How many handlers are under way. */
  running: number
  open: boolean
}

/** By what the engine has for the context as a whole. */
const runs = (): WeakMap<object, WorkflowRun> =>
  processWide('llamaindex-runs', () => new WeakMap<object, WorkflowRun>())

/** The run that goes on in the context of `root`. */
export function runOf(root: object): WorkflowRun | undefined {
  const run = runs().get(root)
  return run?.open ? run : undefined
}

/** Notes that `step` is what goes on in the context of `root`. */
export function noteRun(root: object, step: Step, agents?: Agents): WorkflowRun {
  const run: WorkflowRun = { step, agents, running: 0, open: true }
  runs().set(root, run)
  return run
}

/** Begins the span of a workflow of the program's own. */
export function beginPlainRun(root: object): WorkflowRun | undefined {
  const step = beginStep(() => ({ name: 'workflow', spanType: SpanType.WORKFLOW }))
  return step && noteRun(root, step)
}

/** A handler of the run begins. */
export function started(run: WorkflowRun): void {
  run.running += 1
}

/**
 * A handler of the run is over. When none is left, the workflow is over too, or waits for an event from outside: what
 * comes at once belongs to it, what comes later is a run of its own.
 */
export function finished(run: WorkflowRun, failure: { readonly reason: unknown } | undefined): void {
  run.running -= 1
  if (failure !== undefined && run.open && run.agents === undefined) run.step.span.fail(failure.reason)
  if (run.running > 0 || !run.open) return
  if (run.agents !== undefined) {
    run.agents.end()
    run.open = false
    return
  }
  const endTime = nowMs()
  withoutHold(
    realTime.start(() => {
      if (run.running > 0 || !run.open) return
      run.open = false
      run.step.span.end(endTime)
    }, 0),
  )
}
