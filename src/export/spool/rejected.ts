import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { realTime } from '../../runtime/real-time.ts'
import { describeRecord } from './describe-record.ts'
import { makePrivate } from './folder.ts'

/** Name of the folder beside the segments. */
export const REJECTED = 'rejected'

const MAX_FILES = 1000

/**
 * Keeps a span that the receiver refuses, with its answer: `<time>-<span ID>.otlp` is a complete OTLP request in
 * protobuf, which can be posted again, and the `.json` beside it says what was answered. Throws what the file system
 * says.
 *
 * @param maxBytes - for all that is kept; the oldest go first
 * @returns the path of the request
 */
export function setAside(folder: string, record: Uint8Array, reason: string, maxBytes: number): string {
  const now = new Date(realTime.epochMs())
  const rejected = join(folder, REJECTED)
  makePrivate(rejected)
  const span = describeRecord(record)
  const base = join(rejected, `${now.toISOString().replace(/[:.]/g, '-')}-${span.spanId || 'unknown'}`)
  writeFileSync(`${base}.otlp`, record, { mode: 0o600 })
  const about = { ...span, reason, at: now.toISOString() }
  writeFileSync(`${base}.json`, `${JSON.stringify(about, undefined, 2)}\n`, { mode: 0o600 })
  trim(rejected, maxBytes)
  return `${base}.otlp`
}

/** Names begin with the time, so the oldest come first. */
function trim(rejected: string, maxBytes: number): void {
  let count = 0
  let bytes = 0
  for (const name of readdirSync(rejected).sort().reverse()) {
    const path = join(rejected, name)
    count += 1
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
    // What was just written stays, whatever its size.
    if (count > 2 && (count > MAX_FILES || bytes > maxBytes)) rmSync(path, { force: true })
  }
}
