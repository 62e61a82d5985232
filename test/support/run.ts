import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Variables that would change what the code under test, MLflow or an OpenTelemetry SDK does. */
const TRACING = /^_?(OTEL|MLFLOW|DATABRICKS|OMNIGENT)_|^TURNSPAN_|^(ENABLE_MLFLOW_TRACING|APP_ENVIRONMENT)$/
/** Variables by which the runner or the shell would reach into a child; without its cache MLflow starts 5 s later. */
const RUNNER = /^(VITEST.*|NODE_OPTIONS|NODE_ENV|PYTHONPATH|PYTHONHOME|PYTHONDONTWRITEBYTECODE)$/
/** Variables of this machine that turnspan and Node read as well; package managers need them. */
const AUTHORITIES = /^(REQUESTS_CA_BUNDLE|SSL_CERT_FILE|NODE_USE_ENV_PROXY|(?:https?|no)_proxy)$/i

/** Whether a variable of that name configures tracing. */
export function configuresTracing(name: string): boolean {
  return TRACING.test(name)
}

/** The parent's environment without anything that configures tracing, then `extra` (undefined removes). */
export function cleanEnv(extra: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const ours = { XDG_STATE_HOME: freshStateHome(), ...extra }
  return environment((name) => !TRACING.test(name) && !RUNNER.test(name) && !AUTHORITIES.test(name), ours)
}

let homes = 0

/** Where a program keeps what it leaves: no other test finds it. It is there only when something was left. */
export function freshStateHome(): string {
  homes += 1
  return join(tmpdir(), `turnspan-state-${process.pid}-${Date.now().toString(36)}-${homes}`)
}

function environment(
  keep: (name: string) => boolean,
  extra: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const all = Object.entries(process.env).filter(([name]) => keep(name) && !(name in extra))
  const pairs = [...all, ...Object.entries(extra)].filter(([, value]) => value !== undefined)
  return Object.fromEntries(pairs) as Record<string, string>
}

/** How one preparation step is run. */
export interface StepOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Called every 30 seconds with the last line the command wrote. */
  readonly onProgress?: (line: string) => void
}

/** Runs a command to its end and gives its stdout; a failure is an error with the end of its output. */
export async function run(
  command: string,
  args: readonly string[],
  options: StepOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: environment((name) => !TRACING.test(name) && !RUNNER.test(name), options.env ?? {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  const all = tail(child)
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  const { onProgress } = options
  const ticker = onProgress && setInterval(() => onProgress(all().trimEnd().split('\n').at(-1) ?? ''), 30_000)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (code !== 0) throw new Error(`it ended with exit code ${code}.\n${all()}`)
    return stdout
  } catch (cause) {
    throw new Error(`"${[command, ...args].join(' ')}" failed: ${(cause as Error).message}`, { cause })
  } finally {
    clearInterval(ticker)
  }
}

/** Keeps the last 16 KiB that a child writes, for error messages. */
export function tail(child: ChildProcess): () => string {
  let text = ''
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-16_384)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return () => text
}
