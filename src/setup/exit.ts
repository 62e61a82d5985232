import type { Pipeline } from '../delivery/pipeline.ts'
import { diagnose } from '../runtime/diagnostics.ts'
import { type EndWatch, watchEnd } from '../runtime/process-end.ts'
import { realTime } from '../runtime/real-time.ts'
import { processWide } from '../runtime/registry.ts'
import { prepareWorker, sendInWorker } from './exit-thread.ts'
import { deliverNow } from './exit-work.ts'
import { flushAfterRequests } from './serverless.ts'
import { forgetOpenSpans, hasOpenSpans, leaveOpenSpans, sendOpenSpans, watchOpenSpans } from './watchdog.ts'

interface State {
  readonly pipelines: Set<Pipeline>
  watch: EndWatch | undefined
  /** When the process has waited long enough to end, of the monotonic clock, ms; none while it has no mind to end. */
  deadline: number | undefined
}

const state = (): State =>
  processWide('exit', (): State => ({ pipelines: new Set(), watch: undefined, deadline: undefined }))

/** Sees to it that what `pipeline` has is delivered when the process ends, within the configured time. */
export function watchExit(pipeline: Pipeline): void {
  const current = state()
  current.pipelines.add(pipeline)
  if (pipeline.config.platform !== 'cloudflare') prepareWorker()
  current.watch ??= watchEnd({ natural: drain, now: drainNow, early: sendWhatThereIs })
  const hold = (): void => current.watch?.hold()
  pipeline.onWork = () => {
    current.deadline = undefined
    hold()
  }
  pipeline.onIdle = releaseWhenDone
  watchOpenSpans(pipeline, hold)
  flushAfterRequests(pipeline)
}

/** No longer looked after: everything it had is settled. */
export function forgetExit(pipeline: Pipeline): void {
  forgetOpenSpans(pipeline)
  state().pipelines.delete(pipeline)
  releaseWhenDone()
}

function releaseWhenDone(): void {
  const { pipelines, watch } = state()
  if (unsent().length === 0 && ![...pipelines].some(hasOpenSpans)) watch?.release()
}

const unsent = (): Pipeline[] => [...state().pipelines].filter((pipeline) => pipeline.unsent() > 0)

/** What is left of the time that the process may take to end, ms; it runs from the first time that this is asked. */
function timeLeft(): number {
  const current = state()
  current.deadline ??= realTime.uptimeMs() + Math.max(...unsent().map(({ config }) => config.exitTimeoutMs))
  return Math.max(0, current.deadline - realTime.uptimeMs())
}

/**
 * The event loop is empty: sending keeps the process alive a little longer. When the time is up it is not kept alive
 * again, though Node asks anew each time that the loop runs dry.
 */
async function drain(): Promise<void> {
  state().pipelines.forEach(sendOpenSpans)
  if (unsent().length === 0) return
  const timeoutMs = timeLeft()
  if (timeoutMs === 0) return
  await Promise.all(unsent().map((pipeline) => pipeline.flush(timeoutMs)))
  if (unsent().length === 0) state().deadline = undefined
}

/** The process may be about to end, or not: that is for the application to say. */
async function sendWhatThereIs(): Promise<void> {
  await Promise.all(unsent().map((pipeline) => pipeline.flush(pipeline.config.exitTimeoutMs)))
}

/**
 * There is no event loop any more, so a worker thread sends while this one waits. What a request on its way carries is
 * sent again, since its answer cannot be heard; receivers know spans by their ID.
 */
function drainNow(): void {
  leaveOpenSpans([...state().pipelines], 'the process ended')
  for (const pipeline of state().pipelines) {
    const { work, stuck } = deliverNow(pipeline)
    if (pipeline.unsent() === 0) continue
    const left = work === undefined ? undefined : sendInWorker(work, timeLeft())
    if (left !== undefined) lost(pipeline, pipeline.unsent(), left)
    else if (stuck > 0) lost(pipeline, stuck, 'exporters of the application work in its own event loop only')
    else sayKept(pipeline, pipeline.settleUndelivered('sent').spooled, 'there was no room for them in memory')
  }
  for (const pipeline of state().pipelines) pipeline.releaseDisk()
}

/** Says what is left, and where. @param unsent - how many that is, where nothing is on disk */
function lost(pipeline: Pipeline, unsent: number, reason: string): void {
  const left = pipeline.settleUndelivered({ dropped: 'exit' })
  sayKept(pipeline, left.spooled, reason)
  const count = pipeline.config.spool === undefined ? unsent : left.lost
  if (count === 0) return
  diagnose(
    'error',
    'TS_EXIT_LOST',
    `${count} ${count === 1 ? 'span was' : 'spans were'} not delivered before the process ended: ${reason.replace(/\.$/, '')}. ` +
      'Call "await flushTraces()" before exiting, or raise exitTimeoutMs.',
    { count, reason },
  )
}

function sayKept({ config }: Pipeline, count: number, reason: string): void {
  if (count === 0 || config.spool === undefined) return
  const { dir } = config.spool
  diagnose(
    'warn',
    'TS_EXIT_SPOOLED',
    `${count} ${count === 1 ? 'span was' : 'spans were'} not delivered before the process ended: ${reason}. ` +
      `Nothing is lost: the next process that uses the spool ${dir} sends them.`,
    { count, reason, dir },
  )
}
