import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cleanEnv } from './run.ts'

/** A program: a file, or source text run as an ES module. */
export type NodeProgram = string | { readonly eval: string }

/** How a program is run. */
export interface RunNodeOptions {
  /** On top of the parent's environment without OTEL_*, MLFLOW_*, TURNSPAN_*, DATABRICKS_*; `undefined` removes. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** @defaultValue the Node that runs the tests */
  readonly nodeBinary?: string
  /** Arguments of the program. */
  readonly args?: readonly string[]
  /** Options of node itself, such as `--import`. */
  readonly nodeArgs?: readonly string[]
  readonly cwd?: string
  /** Text for stdin, which is closed after it. @defaultValue '' */
  readonly input?: string
  /** Kills it with SIGKILL after this long. @defaultValue 60000 */
  readonly timeoutMs?: number
}

/** How it ended. */
export interface NodeResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** From spawn to the closing of its output. */
  readonly ms: number
  /** Whether it was killed because of `timeoutMs`. */
  readonly timedOut: boolean
}

/** A program that runs. */
export interface NodeChild {
  readonly process: ChildProcess
  readonly pid: number
  stdout(): string
  stderr(): string
  /** Resolves when `text` was written to stdout; rejects when the program ended before. */
  waitForOutput(text: string, timeoutMs?: number): Promise<void>
  kill(signal?: NodeJS.Signals): void
  /** Resolves when it ended; never rejects for an exit code. */
  readonly result: Promise<NodeResult>
}

/** Runs a program to its end; TypeScript goes through tsx. */
export function runNode(program: NodeProgram, options: RunNodeOptions = {}): Promise<NodeResult> {
  return startNode(program, options).result
}

/** Starts a program and gives it while it runs, to signal it. */
export function startNode(program: NodeProgram, options: RunNodeOptions = {}): NodeChild {
  const started = performance.now()
  const child = spawn(options.nodeBinary ?? process.execPath, argumentsOf(program, options), {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: cleanEnv(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const killAtExit = (): boolean => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  let stdout = ''
  let stderr = ''
  let timedOut = false
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  // It may end without reading its input.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, options.timeoutMs ?? 60_000)
  const result = new Promise<NodeResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      process.off('exit', killAtExit)
      resolve({ code, signal, stdout, stderr, ms: performance.now() - started, timedOut })
    })
  })
  return {
    process: child,
    pid: child.pid ?? -1,
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal = 'SIGTERM') => {
      child.kill(signal)
    },
    waitForOutput: (text, timeoutMs = 20_000) =>
      outputOf(
        child,
        () => stdout,
        () => stderr,
        text,
        timeoutMs,
      ),
    result,
  }
}

function argumentsOf(program: NodeProgram, options: RunNodeOptions): string[] {
  const before = options.nodeArgs ?? []
  const after = options.args ?? []
  if (typeof program !== 'string') {
    return [...before, '--input-type=module', '--eval', program.eval, '--', ...after]
  }
  const typescript = ['.ts', '.mts', '.cts'].includes(extname(program))
  // By its path: the program may run in a folder where "tsx" is not found.
  const loader = typescript
    ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
    : []
  return [...loader, ...before, program, ...after]
}

function outputOf(
  child: ChildProcess,
  stdout: () => string,
  stderr: () => string,
  text: string,
  timeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (why?: string): void => {
      clearTimeout(timer)
      child.stdout?.off('data', look)
      child.off('close', ended)
      if (why === undefined) resolve()
      else reject(new Error(`${why} "${text}". stdout: ${stdout()} stderr: ${stderr()}`))
    }
    const look = (): void => {
      if (stdout().includes(text)) finish()
    }
    const ended = (): void => finish('The program ended without writing')
    const timer = setTimeout(() => finish(`The program did not write in ${timeoutMs} ms:`), timeoutMs)
    child.stdout?.on('data', look)
    child.once('close', ended)
    look()
  })
}

/** Path of a file relative to the test that asks: `fileBeside(import.meta.url, './program.ts')`. */
export function fileBeside(url: string, path: string): string {
  return fileURLToPath(new URL(path, url))
}
