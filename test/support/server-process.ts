import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { cleanEnv, tail } from './run.ts'

/** What to start, and how to see that it is ready. */
export interface ServerCommand {
  /** Used in error messages. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Asked every 50 ms; gives a value when the server is ready, `undefined` or an error until then. */
  readonly ready: (stdout: () => string) => unknown | Promise<unknown>
  /** @defaultValue 60000 */
  readonly readyTimeoutMs?: number
}

/** A running server in a process group of its own. */
export interface ServerProcess {
  readonly pid: number
  /** What {@link ServerCommand.ready} gave. */
  readonly answer: unknown
  /** The last 16 KiB of its output. */
  log(): string
  /** Ends the whole group: politely, after 5 seconds by force; `SIGKILL` at once by force. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts a server; fails with its log when it ends early or is not ready in time. */
export async function startServerProcess(what: ServerCommand): Promise<ServerProcess> {
  const child = spawn(what.command, what.args, {
    detached: true,
    ...(what.cwd === undefined ? {} : { cwd: what.cwd }),
    env: cleanEnv(what.env),
    // Our Python servers end when this pipe closes, so that they do not outlive a killed test process.
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const log = tail(child)
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (stdout.length < 4096) stdout += chunk.toString('utf8')
  })
  child.stdin.on('error', () => {})
  const killAtExit = (): void => signalGroup(child, 'SIGKILL')
  process.once('exit', killAtExit)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`exit ${code ?? signal}`))
  })
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    process.off('exit', killAtExit)
    await stopGroup(child, signal)
  }
  try {
    const answer = await readiness(what, () => stdout, ended)
    return { pid: child.pid ?? -1, answer, log, stop }
  } catch (error) {
    await stop('SIGKILL')
    throw new Error(`${what.name} did not start: ${(error as Error).message}\n${log()}`, { cause: error })
  }
}

async function readiness(
  what: ServerCommand,
  stdout: () => string,
  ended: Promise<string>,
): Promise<unknown> {
  let early: string | undefined
  void ended.then((how) => {
    early = how
  })
  const timeoutMs = what.readyTimeoutMs ?? 60_000
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(50)) {
    if (early !== undefined) throw new Error(`it ended (${early})`)
    try {
      const answer = await what.ready(stdout)
      if (answer !== undefined) return answer
    } catch {
      // Not listening yet.
    }
  }
  throw new Error(`not ready after ${timeoutMs} ms`)
}

async function stopGroup(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined) return
  const gone = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit')
  signalGroup(child, signal)
  const force = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000)
  await gone
  clearTimeout(force)
  // A child of the leader may still be there.
  signalGroup(child, 'SIGKILL')
  child.stdout?.destroy()
  child.stderr?.destroy()
  child.stdin?.destroy()
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is gone.
  }
}

/** A port of 127.0.0.1 that nobody listened on a moment ago, for programs that cannot take port 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return address.port
}
