import { nowMs } from '../../runtime/clock.ts'
import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import { dataOf, keys, type LiveSpan, read, type Step, type Stop, text } from '../base/index.ts'
import type { Attempt } from './attempt.ts'

/** For what the AI SDK says of a stream that was aborted, which it says a moment later. */
const LINGER_MS = 20
/** For what it says of one that failed, which the program may have it ask for again. */
const RETRY_MS = 1000
/** After a model's stream came to its end, the AI SDK goes on at once, unless the program does not read on. */
const REST_MS = 60_000

/** How a function's call ends: once, and with it whatever of it was not told the end of. */
export interface RunEnding {
  ended(): boolean
  /** Something goes on: what was to end it later does not. */
  goesOn(): void
  /** As {@link RunEnding.goesOn}, with a model that is asked again: what failed before is forgotten. */
  asksAgain(): void
  /** A model's stream failed; the call does too, unless something goes on. */
  brokeOff(error: unknown): void
  /** A model's stream was left; the call ends so, unless something goes on. */
  wasLeft(how: Stop): void
  /** A model's stream came to its end; the call ends when nothing is heard any more for `idleMs`. */
  rests(idleMs: number): void
  finish(outputs: unknown): void
  fail(error: unknown): void
  stop(how: Stop): void
}

/** What a call consists of. */
export interface RunParts {
  readonly span: LiveSpan
  readonly attempts: ReadonlySet<Attempt>
  readonly tools: ReadonlySet<Step>
  /** What of an error may be recorded. */
  readonly shown: (error: unknown) => unknown
}

export function createRunEnding({ span, attempts, tools, shown }: RunParts): RunEnding {
  let open = true
  let timer: Timer | undefined
  let lastMs: number | undefined
  let broken: { readonly error: unknown } | undefined

  const later = (waitMs: number, work: () => void): void => {
    realTime.stop(timer)
    if (!open) return
    timer = withoutHold(realTime.start(work, waitMs))
  }
  const end = (settle: (attempt: Attempt) => void, say: () => void, endTime?: number): void => {
    if (!open) return
    open = false
    realTime.stop(timer)
    for (const attempt of attempts) if (!attempt.call.ended()) settle(attempt)
    for (const tool of tools) tool.span.end()
    say()
    span.end(endTime)
  }
  const ending: RunEnding = {
    ended: () => !open,
    goesOn: () => realTime.stop(timer),
    asksAgain() {
      realTime.stop(timer)
      broken = undefined
    },
    brokeOff(error) {
      broken = { error }
      later(RETRY_MS, () => ending.fail(error))
    },
    wasLeft(how) {
      if (how === 'abandoned') ending.stop(how)
      else later(LINGER_MS, () => ending.stop(how))
    },
    rests(idleMs) {
      lastMs = nowMs()
      later(Math.min(idleMs, REST_MS), () => ending.stop('idle'))
    },
    finish: (outputs) =>
      end(settled, () => {
        if (outputs !== undefined && span.wantsContent) span.setOutputs(dataOf(outputs))
        // A stream that broke off with an error comes to an end like any other.
        if (broken !== undefined) span.fail(shown(broken.error))
      }),
    fail: (error) =>
      end(
        ({ call, failure }) => call.fail(failure === undefined ? shown(error) : failure.error),
        () => span.fail(shown(error)),
      ),
    stop: (how) =>
      end(
        (attempt) => settled(attempt, how),
        () => span.setAttribute(keys.CALL_END, how),
        how === 'idle' ? lastMs : undefined,
      ),
  }
  return ending
}

/** Ends a call of a model of which nobody told the end. */
function settled({ call, failure, done, answer }: Attempt, how: Stop = 'stopped'): void {
  if (failure !== undefined) call.fail(failure.error)
  else if (done) call.finish(answer?.(false) ?? {})
  else call.stop(how, answer?.(false))
}

/** An error that tells its class and nothing else: the program wants no content of this call in a trace. */
export function withoutText(error: unknown): unknown {
  const hidden = new Error('The error text is not recorded, as the call requested.')
  hidden.name = text(read(error, 'name')) ?? 'Error'
  Reflect.deleteProperty(hidden, 'stack')
  return hidden
}
