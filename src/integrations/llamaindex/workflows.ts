import { types } from 'node:util'
import { thenPlainly } from '../../tracing/native-promise.ts'
import { beginStep, currentPipeline, dataOf, type Method, runIn, SpanType, type Step } from '../base/index.ts'
import { agentOfEvent, beginAgentRun, isAgentStart, tellAgents } from './agent-run.ts'
import { abortedIn, carried, type Handler, handlerOf, sentBy } from './handler.ts'
import { beginPlainRun, finished, runOf, started, type WorkflowRun } from './runs.ts'

/** A handler under way: the run that it belongs to, and its own span, which those of agents have not. */
interface Handling {
  readonly handler: Handler
  readonly run: WorkflowRun
  readonly step: Step | undefined
  readonly inside: Step['inside']
}

/**
 * Observes `run(value, fn)` of the async context in which the engine of workflows runs each handler. The handlers stay
 * what they are: the engine's own middleware knows them by identity.
 */
export function observeHandlers(original: Method): Method {
  return function (this: unknown, ...args) {
    const handling = currentPipeline() === undefined ? undefined : begin(args[0])
    if (handling === undefined) return Reflect.apply(original, this, args)
    const wasAborted = abortedIn(handling.handler) !== undefined
    let returned: unknown
    try {
      returned = runIn(handling.inside, () => Reflect.apply(original, this, args))
    } catch (error) {
      end(handling, { reason: error })
      throw error
    }
    followPending(handling, wasAborted)
    return returned
  }
}

function begin(value: unknown): Handling | undefined {
  try {
    const handler = handlerOf(value)
    if (handler === undefined) return undefined
    const run = runOf(handler.root) ?? beginRun(handler)
    if (run === undefined) return undefined
    if (run.agents !== undefined) {
      const { inside } = agentOfEvent(run, run.agents, handler)
      started(run)
      return { handler, run, step: undefined, inside }
    }
    const step = beginStep(() => ({
      name: handler.name,
      spanType: SpanType.TASK,
      inputs: carried(handler.inputs),
      context: run.step.inside,
    }))
    if (step === undefined) return undefined
    started(run)
    return { handler, run, step, inside: step.inside }
  } catch {
    return undefined
  }
}

const beginRun = (handler: Handler): WorkflowRun | undefined =>
  isAgentStart(handler) ? beginAgentRun(handler) : beginPlainRun(handler.root)

/** Aborts whose handler is known: one that another handler had called is told of it as well. */
const told: WeakSet<object> = new WeakSet()

/** The engine keeps what comes of the promise of a handler; a failure of it stays nobody's, as without turnspan. */
function followPending(handling: Handling, wasAborted: boolean): void {
  const own = handling.handler.own as { pending?: unknown }
  const { pending } = own
  if (!types.isPromise(pending)) {
    const aborted = wasAborted ? undefined : abortedIn(handling.handler)
    end(handling, aborted === undefined || told.has(aborted.signal) ? undefined : aborted)
    if (aborted !== undefined) told.add(aborted.signal)
    return
  }
  own.pending = thenPlainly(
    pending,
    (event) => {
      end(handling, undefined)
      return event
    },
    (error) => {
      end(handling, { reason: error })
      throw error
    },
  )
}

function end(handling: Handling, failure: { readonly reason: unknown } | undefined): void {
  const { run, step, handler } = handling
  try {
    if (run.agents !== undefined) tellAgents(run, run.agents, handler, failure)
    else if (step !== undefined) tellStep(step, handler, failure)
  } catch {
    // The end itself must not be missed.
  }
  step?.span.end()
  finished(run, failure)
}

function tellStep({ span }: Step, handler: Handler, failure: { readonly reason: unknown } | undefined): void {
  const events = sentBy(handler)
  if (span.wantsContent && events.length > 0) span.setOutputs(dataOf(carried(events)))
  if (failure !== undefined) span.fail(failure.reason)
}
