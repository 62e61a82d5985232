import { spawn } from 'node:child_process'
import { cleanEnv } from '../../support/run.ts'

/** What to run, and how. */
export interface Command {
  /** A binary. */
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Sent once the program has said that it is ready. */
  readonly signal?: NodeJS.Signals | undefined
  /** Kills it with SIGKILL after this long. @defaultValue 90000 */
  readonly timeoutMs?: number
}

/** How it ended. */
export interface Ended {
  /** Its exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | 'timeout'
  readonly stdout: string
  readonly stderr: string
}

/** Runs any program to its end, without what configures tracing on this machine. */
export function runCommand(what: Command): Promise<Ended> {
  const { command, args, cwd, env, signal, timeoutMs = 90_000 } = what
  const child = spawn(command, args, { cwd, env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  let timedOut = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (signal !== undefined && !stdout.includes('ready') && (stdout + text).includes('ready'))
      child.kill(signal)
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const killAtExit = (): boolean => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer)
      process.off('exit', killAtExit)
    }
    child.once('error', (error) => {
      over()
      reject(error)
    })
    child.once('close', (code, signal) => {
      over()
      resolve({ code: timedOut ? 'timeout' : (code ?? signal ?? 'timeout'), stdout, stderr })
    })
  })
}
