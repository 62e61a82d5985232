import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { realTime } from '../../runtime/real-time.ts'

/** Who writes segments: a process, told apart from every other that has had its ID. */
export interface Owner {
  readonly pid: number
  /** When the process started, as the system counts; absent where it does not tell. */
  readonly started?: string
  /** Machine and space of process IDs: an ID means nothing outside of it. */
  readonly space: string
  /** When the machine started, epoch milliseconds. */
  readonly bootMs: number
}

/** This process. */
export function thisOwner(): Owner {
  const started = startOf(process.pid)
  return {
    pid: process.pid,
    ...(started !== undefined && { started }),
    space: `${hostname()} ${pidSpace()}`,
    bootMs: Math.round(realTime.epochMs() - uptime() * 1000),
  }
}

/** A name for what this process writes, which nothing else has. */
export function freshOwnerId(): string {
  // Not imported: it would load the module in every process that has no spool.
  const { threadId } = process.getBuiltinModule('node:worker_threads')
  return `${realTime.epochMs().toString(36)}-${process.pid}-${threadId}-${randomBytes(6).toString('hex')}`
}

/** How often a living owner touches its file. */
export const HEARTBEAT_MS = 60_000
// In another container nothing but the file tells whether its owner lives; its loop may have been busy for long.
const SILENT_MS = 10 * HEARTBEAT_MS
// The clock may have been set since.
const BOOT_TOLERANCE_MS = 5 * 60_000

/** Whether the owner that `text`, the content of its file, names may still write; in doubt it may. */
export function isAlive(
  text: string,
  touchedMs: number,
  self: Owner,
  nowMs: number = realTime.epochMs(),
): boolean {
  const fresh = Math.abs(nowMs - touchedMs) < SILENT_MS
  const owner = parse(text)
  if (owner === undefined || owner.space !== self.space) return fresh
  if (!exists(owner.pid)) return false
  const started = startOf(owner.pid)
  if (owner.started !== undefined && started !== undefined) return owner.started === started
  return Math.abs(owner.bootMs - self.bootMs) < BOOT_TOLERANCE_MS
}

function parse(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null
    const fits = Number.isSafeInteger(owner?.pid) && typeof owner?.space === 'string'
    return fits && typeof owner.bootMs === 'number' ? (owner as Owner) : undefined
  } catch {
    return undefined
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // A process of another user's may not be asked, but is there.
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Boot of the machine and ticks since then: on Linux, where IDs are used again quickly. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name, in which anything may stand.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${ticks}`
  } catch {
    return undefined
  }
}

function pidSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
