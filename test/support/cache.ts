import { existsSync, linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { testSetting } from './settings.ts'

const COMPLETE = '.complete'

/** Folder that survives checkouts and runs: `TURNSPAN_TEST_CACHE`, else `~/.cache/turnspan-tests`. */
export function cacheRoot(): string {
  return testSetting('CACHE') ?? join(homedir(), '.cache', 'turnspan-tests')
}

/** One line on stderr, so that a minute of preparation does not look like a hang. */
export function progress(message: string): void {
  process.stderr.write(`[test cache] ${message.slice(0, 160)}\n`)
}

/**
 * Folder of the named entry, made by `build` when it is missing or was left half done. The name carries the
 * pinned versions: a new version is a new entry. Two processes never build the same entry at once.
 */
export async function cached(name: string, build: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(cacheRoot(), name)
  const marker = join(dir, COMPLETE)
  if (existsSync(marker)) return dir
  await mkdir(cacheRoot(), { recursive: true })
  const release = await lock(`${dir}.lock`, name)
  try {
    if (existsSync(marker)) return dir
    await rm(dir, { recursive: true, force: true })
    await mkdir(dir, { recursive: true })
    const started = Date.now()
    progress(`${name}: making it in ${dir}`)
    // In place and not moved afterwards: a Python venv holds its own absolute path. The marker makes it whole.
    await build(dir)
    await writeFile(marker, `${new Date().toISOString()}\n`)
    progress(`${name}: ready after ${Math.round((Date.now() - started) / 1000)} s`)
    return dir
  } catch (cause) {
    throw new Error(`Could not prepare "${name}", which these tests need: ${(cause as Error).message}`, {
      cause,
    })
  } finally {
    release()
  }
}

async function lock(path: string, name: string): Promise<() => void> {
  const mine = identity(process.pid)
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  writeFileSync(draft, mine)
  try {
    for (let tries = 0; !link(draft, path); tries++) {
      if (takeOver(path)) continue
      if (tries % 150 === 0) progress(`${name}: another process is making it, waiting`)
      await sleep(200)
    }
  } finally {
    unlinkSync(draft)
  }
  return () => {
    if (readOrEmpty(path) === mine) rmSync(path, { force: true })
  }
}

// A hard link appears with its content or not at all, unlike a file that is created and then written.
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function takeOver(path: string): boolean {
  const holder = readOrEmpty(path)
  const pid = Number.parseInt(holder, 10)
  if (holder === '' || (isRunning(pid) && identity(pid) === holder)) return false
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return true
  }
  // Someone else may have taken over between our look and our rename: then it is a live lock, and goes back.
  if (readOrEmpty(aside) !== holder) link(aside, path)
  rmSync(aside, { force: true })
  return true
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

// With the start time where the system tells it: a pid alone may have been given to another process since.
function identity(pid: number): string {
  const started = readOrEmpty(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19]
  return `${pid} ${started ?? ''}`.trim()
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
