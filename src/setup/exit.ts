import { diagnose } from '../runtime/diagnostics.ts'
import { type EndWatch, watchEnd } from '../runtime/process-end.ts'
import { realTime } from '../runtime/real-time.ts'
import { processWide } from '../runtime/registry.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { endHooks } from './end-hooks.ts'
import { type SentRest, settleRest } from './exit-rest.ts'
import { prepareWorker, sendInWorker } from './exit-thread.ts'
import { deliverNow } from './exit-work.ts'
import { flushAfterRequests } from './serverless.ts'
import { forgetOpenSpans, hasOpenSpans, leaveOpenSpans, sendOpenSpans, watchOpenSpans } from './watchdog.ts'

interface State {
  readonly pipelines: Set<Pipeline>
  watch: EndWatch | undefined
  /** When the process has waited long enough to end at once, of the monotonic clock, ms; none before it had a mind to. */
  deadline: number | undefined
  /** How long, and how often, the end of the event loop was put off in a row, and until when. */
  waitedMs: number
  waits: number
  waitedUntil: number
  /** The process is beyond the last moment at which it waits for anything. */
  isOver: boolean
  isDraining: boolean
}

const state = (): State =>
  processWide(
    'exit',
    (): State => ({
      pipelines: new Set(),
      watch: undefined,
      deadline: undefined,
      waitedMs: 0,
      waits: 0,
      waitedUntil: Number.NEGATIVE_INFINITY,
      isOver: false,
      isDraining: false,
    }),
  )

/** Sees to it that what `pipeline` has is delivered when the process ends, within the configured time. */
export function watchExit(pipeline: Pipeline): void {
  const current = state()
  current.pipelines.add(pipeline)
  if (pipeline.config.platform !== 'cloudflare') prepareWorker()
  current.watch ??= watchEnd({ natural: drain, now: drainNow, early: sendWhatThereIs, last: noteOver })
  const hold = (): void => current.watch?.hold()
  pipeline.onWork(() => {
    // A handler of the end has ended a span: nobody comes after it to deliver that.
    if (current.isOver) {
      drainNow()
      return
    }
    if (current.deadline !== undefined && !isInARow(current)) current.deadline = undefined
    hold()
  })
  pipeline.onIdle(releaseWhenDone)
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

const unsent = (): Pipeline[] => [...state().pipelines].filter((pipeline) => pipeline.exporter.unsent() > 0)

/** Those that have something to send, be it of a former process. */
const busy = (): Pipeline[] =>
  [...state().pipelines].filter(
    (pipeline) => pipeline.exporter.unsent() > 0 || pipeline.exporter.hasLeftovers(),
  )

const longest = (times: readonly number[]): number => Math.max(0, ...times)

/** What is left of the time that an end without an event loop may take, ms; it runs from the first time that this is asked. */
function timeLeft(): number {
  const current = state()
  current.deadline ??=
    realTime.uptimeMs() + longest([...current.pipelines].map(({ config }) => config.exitTimeoutMs))
  return Math.max(0, current.deadline - realTime.uptimeMs())
}

/** Node asks anew each time that the loop runs dry; between two such times the application has done nothing of its own. */
const ROW_MS = 100
/** A handler of `beforeExit` that traces would put off the end for ever. What comes later is delivered at the very end. */
const MAX_WAITS = 3

const isInARow = ({ waitedUntil }: State): boolean => realTime.uptimeMs() - waitedUntil < ROW_MS

/**
 * The event loop is empty: sending keeps the process alive a little longer, and longer than that where a receiver may
 * still come up. When the time is up it is not kept alive again.
 */
async function drain(): Promise<void> {
  const current = state()
  endHooks().collect()
  current.pipelines.forEach(sendOpenSpans)
  if (!isInARow(current)) {
    current.waitedMs = 0
    current.waits = 0
  }
  current.waits += 1
  if (busy().length === 0 || current.waits > MAX_WAITS) return
  const began = realTime.uptimeMs()
  const most = (wait: 'exitTimeoutMs' | 'endTimeoutMs'): number =>
    longest(busy().map(({ config }) => config[wait])) - current.waitedMs - (realTime.uptimeMs() - began)
  await flushBusy(most('exitTimeoutMs'))
  if (mayComeUp() && most('endTimeoutMs') > FLUSH_MS) sayWaiting(unsent(), most('endTimeoutMs'))
  while (mayComeUp() && most('endTimeoutMs') > 0) await flushBusy(Math.min(FLUSH_MS, most('endTimeoutMs')))
  current.waitedUntil = realTime.uptimeMs()
  current.waitedMs += current.waitedUntil - began
  // What could not be sent in all that time is not tried again.
  current.deadline = unsent().length > 0 ? current.waitedUntil : undefined
}

/** So often it is asked whether it is worth waiting on. */
const FLUSH_MS = 1000

const mayComeUp = (): boolean => unsent().some((pipeline) => pipeline.exporter.mayComeUp())

async function flushBusy(timeoutMs: number): Promise<void> {
  if (timeoutMs > 0) await Promise.all(busy().map((pipeline) => pipeline.exporter.flush(timeoutMs)))
}

function sayWaiting(pipelines: readonly Pipeline[], timeoutMs: number): void {
  const count = pipelines.reduce((sum, pipeline) => sum + pipeline.exporter.unsent(), 0)
  const seconds = Math.ceil(timeoutMs / 1000)
  diagnose(
    'warn',
    'TS_EXIT_WAITING',
    `The program has finished, but ${spans(count, 'is', 'are')} not delivered yet. The process is kept alive for up to ${seconds} s, in case the receiver is still starting. Set exitTimeoutMs to change how long it waits; Ctrl-C ends it now.`,
    { count, timeoutMs: Math.round(timeoutMs) },
  )
}

/** The process may be about to end, or not: that is for the application to say. */
async function sendWhatThereIs(): Promise<void> {
  endHooks().collect()
  await Promise.all(unsent().map((pipeline) => pipeline.exporter.flush(pipeline.config.exitTimeoutMs)))
}

/**
 * There is no event loop any more, so a worker thread sends while this one waits. What a request on its way carries is
 * sent again, since its answer cannot be heard; receivers know spans by their ID.
 */
function drainNow(): void {
  const current = state()
  // A listener that hears what is lost may trace that.
  if (current.isDraining) return
  current.isDraining = true
  endHooks().collect()
  if (!current.isOver) leaveOpenSpans([...current.pipelines], 'the process ended')
  const ends: Leftover[] = []
  for (const pipeline of current.pipelines) {
    const rest = deliverNow(pipeline)
    if (pipeline.exporter.unsent() === 0) continue
    ends.push(...settle(pipeline, { ...rest, sent: rest.work && sendInWorker(rest.work, timeLeft()) }))
  }
  sayLeftovers(ends)
  for (const pipeline of current.pipelines) pipeline.exporter.releaseDisk()
  current.isDraining = false
}

function noteOver(): void {
  state().isOver = true
}

/** What is lost, or kept for the next process in the folder `keptIn`. */
interface Leftover {
  readonly count: number
  readonly reason: string
  readonly keptIn?: string | undefined
}

/** Settles what was left of `pipeline`. */
function settle(pipeline: Pipeline, rest: SentRest): Leftover[] {
  const { unsent, lost, spooled, kept, reason, keptIn, failure } = settleRest(pipeline, rest)
  const { spool } = pipeline.config
  // Where no span is lost, it is what follows the spans by other means.
  const others = spooled + kept === 0 && rest.sent?.left !== undefined ? unsent : 0
  const dir = spool !== undefined && spooled > 0 ? spool.dir : keptIn
  return [
    { count: spool !== undefined && spooled > 0 ? spooled : kept, reason, keptIn: dir },
    { count: lost > 0 ? lost : others, reason: failure === undefined ? reason : `${reason}; ${failure}` },
  ].filter(({ count }) => count > 0)
}

/** Says it, in one line where it is the same for several configurations: this thread's, and those of its workers. */
function sayLeftovers(all: readonly Leftover[]): void {
  const sums = new Map<string, Leftover>()
  for (const each of all) {
    const key = `${each.keptIn} ${each.reason}`
    const before = sums.get(key)?.count ?? 0
    sums.set(key, { ...each, count: before + each.count })
  }
  for (const { count, reason, keptIn } of sums.values()) {
    if (keptIn === undefined) sayLost(count, reason)
    else sayKept(count, reason, keptIn)
  }
}

const spans = (count: number, one: string, many: string): string =>
  count === 1 ? `1 span ${one}` : `${count} spans ${many}`

/** What handlers of the end have ended is said in a line of its own, and so is what is left for another reason. */
const moment = (reason: string): string => `${state().isOver ? 'late' : ''} ${reason}`

function sayLost(count: number, reason: string): void {
  diagnose(
    'error',
    'TS_EXIT_LOST',
    `${spans(count, 'was', 'were')} not delivered before the process ended: ${reason.replace(/\.$/, '')}. ` +
      'Call "await flushTraces()" before exiting, or raise exitTimeoutMs.',
    { count, reason },
    moment(reason),
  )
}

function sayKept(count: number, reason: string, dir: string): void {
  diagnose(
    'warn',
    'TS_EXIT_SPOOLED',
    `${spans(count, 'was', 'were')} not delivered before the process ended: ${reason.replace(/\.$/, '')}. ` +
      `Nothing is lost: the next process that traces to the same receiver sends them from ${dir}.`,
    { count, reason, dir },
    moment(reason),
  )
}
