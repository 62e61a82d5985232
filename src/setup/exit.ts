import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Pipeline, Undelivered } from '../delivery/pipeline.ts'
import { resourceAttributes } from '../delivery/resource.ts'
import { diagnose } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import { ownFile } from '../runtime/own-file.ts'
import { type EndWatch, watchEnd } from '../runtime/process-end.ts'
import { processWide } from '../runtime/registry.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import type { ExitWork } from './exit-worker.ts'

interface State {
  readonly pipelines: Set<Pipeline>
  watch: EndWatch | undefined
  /** When the process has waited long enough to end, epoch ms; none while it has no mind to end. */
  deadline: number | undefined
}

const state = (): State =>
  processWide('exit', (): State => ({ pipelines: new Set(), watch: undefined, deadline: undefined }))

/** Sees to it that what `pipeline` has is delivered when the process ends, within the configured time. */
export function watchExit(pipeline: Pipeline): void {
  const current = state()
  current.pipelines.add(pipeline)
  current.watch ??= watchEnd({ natural: drain, now: drainNow, early: sendWhatThereIs })
  pipeline.onWork = () => {
    current.deadline = undefined
    current.watch?.hold()
  }
  pipeline.onIdle = () => {
    if (unsent().length === 0) current.watch?.release()
  }
}

/** No longer looked after: everything it had is settled. */
export function forgetExit(pipeline: Pipeline): void {
  state().pipelines.delete(pipeline)
  if (unsent().length === 0) state().watch?.release()
}

const unsent = (): Pipeline[] => [...state().pipelines].filter((pipeline) => pipeline.unsent() > 0)

/** What is left of the time that the process may take to end, ms; it runs from the first time that this is asked. */
function timeLeft(): number {
  const current = state()
  current.deadline ??= Date.now() + Math.max(...unsent().map(({ config }) => config.exitTimeoutMs))
  return Math.max(0, current.deadline - Date.now())
}

/**
 * The event loop is empty: sending keeps the process alive a little longer. When the time is up it is not kept alive
 * again, though Node asks anew each time that the loop runs dry.
 */
async function drain(): Promise<void> {
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
  for (const pipeline of unsent()) {
    const timeoutMs = timeLeft()
    const { work, stuck } = workOf(pipeline)
    const left = work === undefined ? undefined : sendInWorker(work, timeoutMs)
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
    `${count} ${count === 1 ? 'span was' : 'spans were'} not delivered before the process ended: ${reason}. ` +
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

interface Rest {
  /** What another thread can send. */
  readonly work: ExitWork | undefined
  /** How many spans only this thread could have delivered. */
  readonly stuck: number
}

function workOf(pipeline: Pipeline): Rest {
  const { config } = pipeline
  const lanes = pipeline.undelivered().filter((lane) => lane.spans.length + lane.completions.length > 0)
  // An exporter of the application's lives in this thread, and only in it.
  const sendable = lanes.filter((lane) => lane.index < config.targets.length)
  const stuck = Math.max(
    0,
    ...lanes.filter((lane) => !sendable.includes(lane)).map(({ spans }) => spans.length),
  )
  if (sendable.length === 0) return { work: undefined, stuck }
  const { redact: _redact, exporters: _exporters, instrumentations: _instrumentations, ...plain } = config
  const work: ExitWork = {
    config: { ...plain, exporters: [], instrumentations: false },
    resource: resourceAttributes(config, pipeline.joinedResource),
    agentName: pipeline.agentName,
    lanes: sendable.map(detached),
  }
  return { work, stuck }
}

/** Spans as data that another thread can take: without what only live spans need. */
function detached(lane: Undelivered): Undelivered {
  const strip = (span: EndedSpan): EndedSpan => ({ ...span, trace: { ...span.trace, open: new Map() } })
  return { ...lane, spans: lane.spans.map(strip) }
}

const RUNNING = 0
const DELIVERED = 1
const MOST_REASON_BYTES = 1024

/** Sends `work` in a worker and waits for it. @returns why something is left, or `undefined` when nothing is */
function sendInWorker(work: ExitWork, timeoutMs: number): string | undefined {
  const timeUp = `the time (${work.config.exitTimeoutMs} ms) was up`
  if (timeoutMs === 0) return timeUp
  const file = workerFile()
  if (file === undefined) return 'the file of the exit worker is not there (was the package bundled?)'
  try {
    const done = new Int32Array(new SharedArrayBuffer(4))
    const reason = new Uint8Array(new SharedArrayBuffer(MOST_REASON_BYTES))
    const worker = new Worker(file, {
      workerData: { work, done, reason, timeoutMs },
      // Nothing that was preloaded into the application is loaded into this thread, and nothing of it is printed.
      execArgv: [],
      env: {},
      stdout: true,
      stderr: true,
    })
    worker.on('error', () => {})
    worker.unref()
    Atomics.wait(done, 0, RUNNING, timeoutMs)
    const result = Atomics.load(done, 0)
    if (result === DELIVERED) return undefined
    return [result === RUNNING ? timeUp : 'the receiver did not take them', textIn(reason)]
      .filter((part) => part !== '')
      .join('; ')
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** What the worker wrote, up to the first zero. */
function textIn(shared: Uint8Array): string {
  const end = shared.indexOf(0)
  return Buffer.from(shared.slice(0, end < 0 ? shared.length : end)).toString('utf8')
}

/** The built worker stands beside the file that this code was built into. */
function workerFile(): string | undefined {
  const own = ownFile()
  const extension = own.endsWith('.cjs') ? '.cjs' : '.js'
  const file = join(dirname(own), `exit-worker${extension}`)
  return existsSync(file) ? file : undefined
}
