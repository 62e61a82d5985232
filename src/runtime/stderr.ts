import { forTerminal } from './for-terminal.ts'
import { realTime } from './real-time.ts'
import { globalProperty } from './registry.ts'

const STDERR = 2
const MAX_MS = 500

/** Where there is no Node, or something that only looks like it, the console has what stderr is elsewhere. */
const host: { get(): NodeJS.Process | undefined } = globalProperty<NodeJS.Process>('process')

// Loaded by nobody but who writes: this module is part of the entries for browsers as well.
const writeSync = (bytes: Uint8Array, at = 0): number =>
  process.getBuiltinModule('node:fs').writeSync(STDERR, bytes, at)

/**
 * Writes a line to stderr, and harms nobody when that cannot be done: the reader of a pipe may be gone, the disk of a
 * file full. A stream says so with an `error` event, which ends a process that does not listen for it, and which the
 * next writer does not get any more.
 */
export function writeStderr(text: string): void {
  try {
    const shown = forTerminal(text)
    const line = `${shown}\n`
    const stderr = host.get()?.stderr
    // biome-ignore lint/suspicious/noConsole: the only way to say something there
    if (typeof stderr?.write !== 'function') console.warn(shown)
    else if (isPlain(stderr)) writePlainly(stderr, Buffer.from(line))
    else writeGuarded(stderr, line)
  } catch {
    // Nobody can be told.
  }
}

/** Writes a line to stderr before it returns, at the end of a process: what a stream still holds then is lost. */
export function writeStderrNow(text: string): void {
  const bytes = Buffer.from(`${forTerminal(text)}\n`)
  const deadline = realTime.uptimeMs() + MAX_MS
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(bytes, at)
    } catch (thrown) {
      // A pipe whose reader is slow; anything else is a stderr that is closed.
      if (!isBusy(thrown) || realTime.uptimeMs() > deadline) return
    }
  }
}

/**
 * Whether the stream writes to this process's own stderr and to nothing else: nobody listens in, no thread has it sent
 * elsewhere, and nothing waits in it. Windows' terminals take text from the stream only.
 */
function isPlain(stderr: NodeJS.WriteStream): boolean {
  return (
    (stderr as { fd?: number }).fd === STDERR &&
    host.get()?.platform !== 'win32' &&
    typeof host.get()?.getBuiltinModule === 'function' &&
    !Object.hasOwn(stderr, 'write') &&
    stderr.writableLength === 0
  )
}

function writePlainly(stderr: NodeJS.WriteStream, bytes: Uint8Array): void {
  let written = 0
  try {
    written = writeSync(bytes)
  } catch (thrown) {
    if (!isBusy(thrown)) return
  }
  if (written < bytes.length) writeGuarded(stderr, bytes.subarray(written))
}

/** Listens for what this write may fail with, and for nothing else. */
function writeGuarded(stderr: NodeJS.WriteStream, data: Uint8Array | string): void {
  const ignore = (): void => {}
  const listen = (): void => void stderr.once('error', ignore)
  const leave = (): void => void stderr.removeListener('error', ignore)
  listen()
  try {
    stderr.write(data, (error) => {
      if (!error) return
      // The event comes after this, unless the stream has had one before. Whether others listen says nothing: what is
      // piped into the stream does, as of threads, and has the event end the process all the same.
      listen()
      realTime.soon(leave)
    })
  } finally {
    leave()
  }
}

const isBusy = (thrown: unknown): boolean => (thrown as NodeJS.ErrnoException).code === 'EAGAIN'
