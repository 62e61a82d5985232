import { applyUpdate } from '../../context/trace-update.ts'
import { realTime, withoutHold } from '../../runtime/real-time.ts'
import {
  beginStep,
  currentPipeline,
  keys,
  type Method,
  processWide,
  read,
  SpanType,
  text,
} from '../base/index.ts'
import { type Copy, isUntracedHere, noteRun, type Run, rootHere, runOf } from './runs.ts'

/** Observes `start()` of a trace: what the program puts around several runs (`withTrace`) is one tree. */
export function observeTraceStart(original: Method): Method {
  return function (this: object, ...args) {
    try {
      // Each run starts a trace where there is none; it stands for nothing that the run does not.
      if (currentPipeline() !== undefined && runOf(this) === undefined && !isInRun()) begin(this)
    } catch {
      // Then the runs stand for themselves.
    }
    return Reflect.apply(original, this, args)
  }
}

const isInRun = (): boolean => rootHere() !== undefined || isUntracedHere()

function begin(trace: object): void {
  const step = beginStep(() => ({
    name: text(read(trace, 'name')) ?? 'Agent workflow',
    spanType: SpanType.CHAIN,
  }))
  if (step === undefined) return
  const session = text(read(trace, 'groupId'))
  const { span } = step
  if (session !== undefined && span.trace.sessionId === undefined) {
    applyUpdate(span.trace, { sessionId: session }, span.host)
  }
  const run: Run = { kind: 'trace', step, root: undefined, open: true, error: undefined }
  noteRun(trace, run)
  dropped().register(trace, run, trace)
}

/** The SDK tells no end of a trace that failed, so one that nobody holds any more is over. */
const dropped = (): FinalizationRegistry<Run> =>
  processWide(
    'openai-agents-traces',
    () =>
      new FinalizationRegistry<Run>((run) =>
        end(run, () => run.step.span.setAttribute(keys.CALL_END, 'abandoned')),
      ),
  )

/** Observes `end()` of a trace. */
export function observeTraceEnd(original: Method): Method {
  return function (this: object, ...args) {
    const run = runOf(this)
    if (run?.kind === 'trace') end(run, () => undefined)
    return Reflect.apply(original, this, args)
  }
}

function end(run: Run, say: () => void): void {
  if (!run.open) return
  run.open = false
  say()
  run.step.span.end()
}

/** The trace of the program's own in which a run begins. */
export function runBegan(copy: Copy): Run | undefined {
  const run = runOf(copy.trace())
  if (run?.kind !== 'trace' || !run.open) return undefined
  run.running = (run.running ?? 0) + 1
  return run
}

/**
 * A run ended. Where its failure ended the trace around it as well, that is not told. In newer versions there is no current
 * trace any more once the error has passed through; in older ones nothing goes on there.
 */
export function runEnded(copy: Copy, trace: Run | undefined, error?: unknown): void {
  if (trace?.running === undefined) return
  trace.running -= 1
  trace.error = error
  if (error === undefined || !trace.open) return
  const isOver = (): boolean =>
    copy.forgetsTraces ? runOf(copy.trace()) !== trace : trace.running === 0 && trace.error === error
  withoutHold(
    realTime.start(() => {
      if (isOver()) end(trace, () => trace.step.span.fail(error))
    }, 0),
  )
}
