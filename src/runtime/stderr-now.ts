import { writeSync } from 'node:fs'
import { realTime } from './real-time.ts'

const STDERR = 2
const MOST_MS = 500

/** Writes a line to stderr before it returns, at the end of a process: what a stream still holds then is lost. */
export function writeStderrNow(text: string): void {
  const bytes = Buffer.from(`${text}\n`)
  const deadline = realTime.uptimeMs() + MOST_MS
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(STDERR, bytes, at)
    } catch (thrown) {
      // A pipe whose reader is slow; anything else is a stderr that is closed.
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN' || realTime.uptimeMs() > deadline) return
    }
  }
}
