import type { Context } from '@opentelemetry/api'
import { nowMs } from '../../runtime/clock.ts'
import { isLiveSpan } from '../../span/is-live-span.ts'
import { liveSpanIn } from '../../tracer/context-keys.ts'
import { activeContext, isObject, processWide, read, runIn, text } from '../base/index.ts'
import type { EarlyEnd, Run } from './run.ts'

interface Runs {
  /** By LangChain's run ID: children know their parent by it. */
  readonly byId: Map<string, Run>
  /** By the run manager that reports its end. */
  readonly byManager: WeakMap<object, Run>
  /** The runs that have spans of their own, by these. */
  readonly bySpan: WeakMap<object, Run>
  /** Run managers that nobody holds any more will never report an end. */
  readonly dropped: FinalizationRegistry<Run>
}

/** One set for all copies: the ESM and the CommonJS build of LangChain can work in one tree. */
const runs = (): Runs =>
  processWide('langchain-runs', (): Runs => {
    const byId = new Map<string, Run>()
    return {
      byId,
      byManager: new WeakMap(),
      bySpan: new WeakMap(),
      dropped: new FinalizationRegistry((run) => {
        if (run.id !== undefined) byId.delete(run.id)
        stopRun(run, 'abandoned')
      }),
    }
  })

/** Notes that `run` is the one that `manager` stands for. */
export function noteRun(manager: unknown, run: Run): void {
  if (!isObject(manager)) return
  const all = runs()
  run.id = text(read(manager, 'runId'))
  if (run.id !== undefined) all.byId.set(run.id, run)
  all.byManager.set(manager, run)
  if (run.ending !== undefined && run.span !== undefined) all.bySpan.set(run.span, run)
  all.dropped.register(manager, run, manager)
}

/** The run that `manager`, a run manager, stands for. */
export function runOf(manager: unknown): Run | undefined {
  if (!isObject(manager)) return undefined
  return runs().byManager.get(manager) ?? runWithId(read(manager, 'runId'))
}

/** The run of `manager`, where that is a run manager and nothing else. */
export const managedRun = (manager: unknown): Run | undefined =>
  isObject(manager) ? runs().byManager.get(manager) : undefined

export const runWithId = (id: unknown): Run | undefined =>
  typeof id === 'string' ? runs().byId.get(id) : undefined

/** The end that `manager` reports; the second one of a run has no effect. */
export function endRun(manager: unknown, end: (run: Run) => void): void {
  const run = runOf(manager)
  if (run === undefined || !isObject(manager)) return
  const all = runs()
  all.dropped.unregister(manager)
  if (run.id !== undefined) all.byId.delete(run.id)
  if (!run.open) return
  touch(run)
  run.open = false
  end(run)
}

/** Ends a run that nobody will report the end of. It stays known: what it still begins stands below it. */
export function stopRun(run: Run, how: EarlyEnd, endTime: number = run.lastMs): void {
  if (!run.open) return
  run.open = false
  run.ending?.stop(how, endTime)
}

/** Something happened in `run`, and so in those above. */
export function touch(run: Run): void {
  const now = nowMs()
  for (let at: Run | undefined = run; at !== undefined; at = at.parent) at.lastMs = now
}

/**
 * The context in which something begins that LangChain says to belong to `parent`: that of the running code where this
 * stands inside of `parent`'s span and of no other run (a span that the program opened there is nearer), else `parent`'s.
 */
export function contextBelow(parent: Run | undefined): Context {
  const active = activeContext()
  if (parent === undefined) return active
  return parent.span !== undefined && runInsideOf(active)?.span === parent.span ? active : parent.inside
}

/** The nearest run in whose span the code of `context` stands. */
function runInsideOf(context: Context): Run | undefined {
  const { bySpan } = runs()
  let span: unknown = liveSpanIn(context)
  for (let step = 0; step < MAX_STEPS && isLiveSpan(span); step++) {
    const run = bySpan.get(span)
    if (run !== undefined) return run
    span = span.parent
  }
  return undefined
}

const MAX_STEPS = 64

/** Runs `fn` as the work of `run`, so that whatever it starts stands below the span of that. */
export function runWithin<T>(run: Run | undefined, fn: () => T): T {
  if (run === undefined) return fn()
  const context = contextBelow(run)
  return context === activeContext() ? fn() : runIn(context, fn)
}
