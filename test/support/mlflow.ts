import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type MlflowPython, type MlflowVersion, mlflowPython } from './mlflow-version.ts'
import { supportFile } from './python.ts'
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts'

/** How a test wants its MLflow. */
export interface MlflowOptions {
  /** @defaultValue the one that the run is about */
  readonly version?: MlflowVersion
  /** Starts it with workspaces. @defaultValue false */
  readonly workspaces?: boolean
  /** Starts it by the official command line with `--app-name basic-auth`; the user is `admin`. */
  readonly basicAuth?: { readonly adminPassword: string }
  /** Keeps database and artifacts here; without it a temporary folder is made, and removed at the end. */
  readonly dir?: string
  /** @defaultValue a free port */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

/** A real MLflow server on loopback. */
export interface MlflowServer {
  readonly url: string
  readonly port: number
  /** Holds `m.db` and `art/`. */
  readonly dir: string
  /** The end of its output. */
  log(): string
  /** Ends the process and keeps port and data, for an outage; `SIGKILL` for a crash. */
  pause(signal?: NodeJS.Signals): Promise<void>
  /** Starts again on the same port with the same data. */
  restart(): Promise<void>
  /** Ends it and removes a temporary folder. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts MLflow on SQLite and waits until `/health` answers. */
export async function startMlflow(options: MlflowOptions = {}): Promise<MlflowServer> {
  const python = await mlflowPython(options.version)
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'turnspan-mlflow-')))
  await mkdir(join(dir, 'art'), { recursive: true })
  const start = (port: number): Promise<ServerProcess> =>
    options.basicAuth === undefined
      ? startOneProcess(python, dir, port, options)
      : startCommandLine(python, dir, port, options, options.basicAuth.adminPassword)
  const dropDir = async (): Promise<void> => {
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true })
  }
  let server: ServerProcess | undefined = await start(options.port ?? 0).catch(async (error) => {
    await dropDir()
    throw error
  })
  const port = server.answer as number
  let log = server.log
  const pause = async (signal?: NodeJS.Signals): Promise<void> => {
    await server?.stop(signal)
    server = undefined
  }
  const stop = async (): Promise<void> => {
    // Nobody reads the database again: no need for the slow polite way out.
    await pause('SIGKILL')
    await dropDir()
  }
  const restart = async (): Promise<void> => {
    await pause()
    server = await start(port)
    log = server.log
  }
  const url = `http://127.0.0.1:${port}`
  return { url, port, dir, log: () => log(), pause, restart, stop, [Symbol.asyncDispose]: stop }
}

function serverEnv(dir: string, options: MlflowOptions): Record<string, string> {
  return {
    MLFLOW_DISABLE_TELEMETRY: 'true',
    DO_NOT_TRACK: 'true',
    // Prices come with the package; otherwise the first cost would be a request to the internet.
    MLFLOW_MODEL_CATALOG_URI: '',
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
    ...(options.workspaces ? { MLFLOW_ENABLE_WORKSPACES: 'true' } : {}),
    _MLFLOW_SERVER_FILE_STORE: `sqlite:///${dir}/m.db`,
    _MLFLOW_SERVER_ARTIFACT_DESTINATION: join(dir, 'art'),
    _MLFLOW_SERVER_SERVE_ARTIFACTS: 'true',
    _MLFLOW_SERVER_ARTIFACT_ROOT: 'mlflow-artifacts:/',
    ...options.env,
  }
}

function startOneProcess(
  python: MlflowPython,
  dir: string,
  port: number,
  options: MlflowOptions,
): Promise<ServerProcess> {
  return startServerProcess({
    name: 'MLflow',
    command: python.command,
    args: [supportFile('mlflow_server.py'), String(port)],
    cwd: dir,
    env: { ...python.env, ...serverEnv(dir, options) },
    ready: async (stdout) => {
      const said = /\{"port": (\d+)\}/.exec(stdout())?.[1]
      return said === undefined ? undefined : healthy(Number(said))
    },
    readyTimeoutMs: 120_000,
  })
}

async function startCommandLine(
  python: MlflowPython,
  dir: string,
  wanted: number,
  options: MlflowOptions,
  adminPassword: string,
): Promise<ServerProcess> {
  const port = wanted === 0 ? await freePort() : wanted
  const store = ['--backend-store-uri', `sqlite:///${dir}/m.db`, '--artifacts-destination', join(dir, 'art')]
  const place = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1']
  const workspaces = options.workspaces ? ['--enable-workspaces'] : []
  return startServerProcess({
    name: 'MLflow with basic auth',
    command: python.command,
    args: ['-m', 'mlflow', 'server', '--app-name', 'basic-auth', ...place, ...store, ...workspaces],
    cwd: dir,
    env: {
      ...python.env,
      ...serverEnv(dir, options),
      // The command line starts Python again, and must find this one.
      PATH: `${dirname(python.command)}:${process.env.PATH ?? ''}`,
      MLFLOW_FLASK_SERVER_SECRET_KEY: 'only-for-tests',
      MLFLOW_AUTH_ADMIN_PASSWORD: adminPassword,
    },
    ready: () => healthy(port),
    readyTimeoutMs: 120_000,
  })
}

async function healthy(port: number): Promise<number | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/health`)
  return answer.ok && (await answer.text()) === 'OK' ? port : undefined
}
