import { types } from 'node:util'
import { nowMs } from '../../runtime/clock.ts'
import { createContextKey } from '../../runtime/otel-context.ts'
import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import { thenPlainly } from '../../tracing/native-promise.ts'
import { activeContext, currentPipeline, dataAt, type Method, runIn } from '../base/index.ts'
import { bindGenerator } from './generator.ts'
import type { Run } from './run.ts'
import { stopRun } from './runs.ts'

/** A stream that somebody reads. LangChain reports neither when it is left nor when nobody reads it any more. */
interface Reading {
  /** The run that it is the stream of, once that has begun. */
  run: Run | undefined
  /** The run above that one. */
  readonly parentId: unknown
  /** Steps under way: somebody waits. */
  pending: number
  lastMs: number
  timer: Timer | undefined
}

const READING: symbol = createContextKey('turnspan.langchain.reading')
const IDLE_MS = 900_000

/** Lets the stream that is being read know its run: the one that begins inside it with the parent that it has. */
export function claimReading(run: Run, parentId: unknown): void {
  const reading = activeContext().getValue(READING) as Reading | undefined
  // What ended already was something that it reads from.
  if (reading !== undefined && !reading.run?.open && reading.parentId === parentId) reading.run = run
}

/**
 * Observes a method that makes a generator for one run.
 *
 * @param configAt - which of its arguments is the run's config
 */
export function observeReading(original: Method, configAt: number, idleMs: number = IDLE_MS): Method {
  return function (this: unknown, ...args) {
    const generator: unknown = Reflect.apply(original, this, args)
    if (currentPipeline() === undefined) return generator
    const reading: Reading = {
      run: undefined,
      parentId: dataAt(args[configAt], 'callbacks', '_parentRunId'),
      pending: 0,
      lastMs: 0,
      timer: undefined,
    }
    return bindGenerator(generator, {
      run(step) {
        const result = runIn(activeContext().setValue(READING, reading), step)
        whilePending(reading, result, idleMs)
        return result
      },
      leaving() {
        if (reading.run !== undefined) reading.run.left = true
      },
      left(result) {
        settled(result, () => leave(reading))
      },
    })
  }
}

function whilePending(reading: Reading, result: unknown, idleMs: number): void {
  reading.pending += 1
  settled(result, () => {
    reading.pending -= 1
    reading.lastMs = nowMs()
    if (reading.run?.open && reading.timer === undefined) watch(reading, idleMs, idleMs)
    else if (reading.run !== undefined && !reading.run.open) realTime.stop(reading.timer)
  })
}

/** One timer for all the pieces of a stream. */
function watch(reading: Reading, idleMs: number, waitMs: number): void {
  reading.timer = withoutHold(
    realTime.start(() => {
      if (!reading.run?.open) return
      const left = reading.pending > 0 ? idleMs : reading.lastMs + idleMs - nowMs()
      if (left > 0) watch(reading, idleMs, left)
      else stopRun(reading.run, 'idle')
    }, waitMs),
  )
}

function leave(reading: Reading): void {
  realTime.stop(reading.timer)
  if (reading.run !== undefined) stopRun(reading.run, 'stopped', nowMs())
}

/** The program waits for `result` too, so a failure of it is the program's to handle. */
function settled(result: unknown, fn: () => void): void {
  if (types.isPromise(result)) void thenPlainly(result, fn, fn)
  else fn()
}
