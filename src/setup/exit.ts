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
}

const state = (): State => processWide('exit', (): State => ({ pipelines: new Set(), watch: undefined }))

/** Sees to it that what `pipeline` has is delivered when the process ends, within the configured time. */
export function watchExit(pipeline: Pipeline): void {
  const current = state()
  current.pipelines.add(pipeline)
  current.watch ??= watchEnd({ natural: drain, now: drainNow })
  pipeline.onWork = () => current.watch?.hold()
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

/** The event loop is empty: sending keeps the process alive a little longer. */
async function drain(): Promise<void> {
  await Promise.all(unsent().map((pipeline) => pipeline.flush(pipeline.config.exitTimeoutMs)))
}

/**
 * There is no event loop any more, so a worker thread sends while this one waits. What a request on its way carries is
 * sent again, since its answer cannot be heard; receivers know spans by their ID.
 */
function drainNow(): void {
  for (const pipeline of unsent()) {
    const work = workOf(pipeline)
    if (work === undefined) continue
    const left = sendInWorker(work, pipeline.config.exitTimeoutMs)
    if (left === undefined) pipeline.settleUndelivered('sent')
    else lost(pipeline, left)
  }
}

function lost(pipeline: Pipeline, reason: string): void {
  const count = pipeline.unsent()
  pipeline.settleUndelivered({ dropped: 'exit' })
  diagnose(
    'error',
    'TS_EXIT_LOST',
    `${count} spans were not delivered before the process ended: ${reason}. Call "await flushTraces()" before exiting, or raise exitTimeoutMs.`,
    { count },
  )
}

function workOf(pipeline: Pipeline): ExitWork | undefined {
  const { config } = pipeline
  const lanes = pipeline.undelivered().filter((lane) => lane.spans.length + lane.completions.length > 0)
  // An exporter of the application's lives in this thread, and only in it.
  const sendable = lanes.filter((lane) => lane.index < config.targets.length)
  if (sendable.length === 0) return undefined
  const { redact: _redact, exporters: _exporters, instrumentations: _instrumentations, ...plain } = config
  return {
    config: { ...plain, exporters: [], instrumentations: false },
    resource: resourceAttributes(config, pipeline.joinedResource),
    agentName: pipeline.agentName,
    lanes: sendable.map(detached),
  }
}

/** Spans as data that another thread can take: without what only live spans need. */
function detached(lane: Undelivered): Undelivered {
  const strip = (span: EndedSpan): EndedSpan => ({ ...span, trace: { ...span.trace, open: new Map() } })
  return { ...lane, spans: lane.spans.map(strip) }
}

const RUNNING = 0
const DELIVERED = 1

/** Sends `work` in a worker and waits for it. @returns why something is left, or `undefined` when nothing is */
function sendInWorker(work: ExitWork, timeoutMs: number): string | undefined {
  const file = workerFile()
  if (file === undefined) return 'the file of the exit worker is not there (was the package bundled?)'
  try {
    const done = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(file, {
      workerData: { work, done, timeoutMs },
      execArgv: [],
      stdout: false,
      stderr: false,
    })
    worker.on('error', () => {})
    worker.unref()
    Atomics.wait(done, 0, RUNNING, timeoutMs)
    const result = Atomics.load(done, 0)
    if (result === DELIVERED) return undefined
    return result === RUNNING ? `the time (${timeoutMs} ms) was up` : 'the receiver did not take them'
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** The built worker stands beside the file that this code was built into. */
function workerFile(): string | undefined {
  const own = ownFile()
  const extension = own.endsWith('.cjs') ? '.cjs' : '.js'
  const file = join(dirname(own), `exit-worker${extension}`)
  return existsSync(file) ? file : undefined
}
