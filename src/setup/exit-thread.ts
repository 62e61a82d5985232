import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MessagePort, Worker } from 'node:worker_threads'
import { messageOf } from '../runtime/errors.ts'
import { ownFile } from '../runtime/own-file.ts'
import { VERSION } from '../runtime/version.ts'
import { SPAN_DELIVERED } from './exit-outcomes.ts'
import { exitSource } from './exit-source.ts'
import type { ExitWork } from './exit-worker.ts'
import { threadRights } from './thread-rights.ts'

const RUNNING = 0
const DELIVERED = 1
const MAX_REASON_BYTES = 1024

/** How the spans of a process that ends have fared. */
export interface SentInWorker {
  /** Why something is left; `undefined` when nothing is. */
  readonly left: string | undefined
  /** A byte for each span, target after target; see `exit-outcomes.ts`. */
  readonly outcomes: Uint8Array
}

/** Sends `work` in a worker and waits for it. */
export function sendInWorker(work: ExitWork, timeoutMs: number): SentInWorker {
  const spans = work.undelivered.reduce((sum, { spans }) => sum + spans.length, 0)
  const outcomes = new Uint8Array(new SharedArrayBuffer(spans))
  const left = send(work, timeoutMs, outcomes)
  return { left, outcomes: left === undefined ? outcomes.fill(SPAN_DELIVERED) : outcomes }
}

function send(work: ExitWork, timeoutMs: number, outcomes: Uint8Array): string | undefined {
  const timeUp = `the time limit (exitTimeoutMs, ${work.config.exitTimeoutMs} ms) was reached`
  if (timeoutMs === 0) return timeUp
  try {
    const done = new Int32Array(new SharedArrayBuffer(4))
    const reason = new Uint8Array(new SharedArrayBuffer(MAX_REASON_BYTES))
    const worker = startWorker({ work, done, reason, outcomes, timeoutMs })
    if (worker === undefined)
      return 'the code of the worker thread that delivers at the end was not loaded yet, or a bundler left it out'
    worker.unref()
    Atomics.wait(done, 0, RUNNING, timeoutMs)
    if (Atomics.load(done, 0) === DELIVERED) return undefined
    const said = textIn(reason)
    if (Atomics.load(done, 0) === RUNNING) return said === '' ? timeUp : `${timeUp}; ${said}`
    return said === '' ? 'the receiver did not accept them' : said
  } catch (thrown) {
    return messageOf(thrown)
  }
}

let source = exitSource

/**
 * Gets the worker's text where there is no file of it, in an application that is one bundled file. Most bundlers have
 * it in place already; for the others it takes a moment.
 */
export function prepareWorker(): void {
  if (source !== '' || workerFile() !== undefined) return
  import('./exit-embedded.ts').then(
    (embedded) => {
      source = embedded.exitSource
    },
    // A bundler that left it out. What is lost for it is said at the end.
    () => {},
  )
}

/**
 * Starts the worker from its text where this code was bundled into an application, or where a thread does not find our
 * files; else from its file.
 */
export function startWorker(
  workerData: object,
  transferList: readonly MessagePort[] = [],
): Worker | undefined {
  if (source === '' && filesAreVirtual()) source = textBeside()
  const isText = source !== ''
  const program = isText ? source : workerFile()
  if (program === undefined) return undefined
  // Not imported at the top: some platforms that run this code have no threads, and only the end needs one.
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  return new Worker(program, {
    eval: isText,
    workerData,
    transferList: [...transferList],
    ...threadRights(),
    // Nothing of it is printed.
    // It holds a request or two, and what it is done with should not stay.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
    stdout: true,
    stderr: true,
  })
}

/**
 * Whether our files are there for code of the application only. With Yarn's Plug'n'Play they lie in archives: what opens
 * those is preloaded into the application, and not into a thread of ours.
 */
const filesAreVirtual = (): boolean => process.versions.pnp !== undefined

/** The worker's text in our package, at once: `import()` has no time any more at the end. */
function textBeside(): string {
  if (workerFile() === undefined) return ''
  const { createRequire } = process.getBuiltinModule('node:module')
  return createRequire(ownFile())('./exit-embedded.cjs').exitSource
}

/** What the worker wrote, up to the first zero. */
function textIn(shared: Uint8Array): string {
  const end = shared.indexOf(0)
  return Buffer.from(shared.slice(0, end < 0 ? shared.length : end)).toString('utf8')
}

/**
 * The built worker stands beside the file that this code was built into, in our package. Beside a bundle of the
 * application's, a file of that name is somebody else's, and is not run.
 */
function workerFile(): string | undefined {
  try {
    const own = ownFile()
    const folder = dirname(own)
    const extension = own.endsWith('.cjs') ? '.cjs' : '.js'
    const file = join(folder, `turnspan-exit-worker${extension}`)
    return existsSync(file) && isOurPackage(dirname(folder)) ? file : undefined
  } catch {
    // Bundled as a script of a kind that knows no file of its own.
    return undefined
  }
}

function isOurPackage(folder: string): boolean {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return name === 'turnspan' && version === VERSION
}
