import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { modulesOf } from '../providers/app.ts'
import { assembleApp } from '../support/built.ts'
import { cached } from '../support/cache.ts'
import { cleanEnv, run, tail } from '../support/run.ts'
import { freePort } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The runtime of Cloudflare Workers; installed once a machine. */
async function workerdProgram(): Promise<string> {
  const lock = await readFile(here('./workerd/package-lock.json'))
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 8)
  const dir = await cached(`workerd-${key}`, async (target) => {
    await cp(here('./workerd'), target, { recursive: true })
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], {
      cwd: target,
    })
  })
  const scope = join(dir, 'node_modules', '@cloudflare')
  const [platform] = await readdir(scope)
  return join(scope, platform ?? '', 'bin', 'workerd')
}

/** A Worker that runs. */
export interface RunningWorker extends AsyncDisposable {
  fetch(path: string): Promise<Response>
  /** What the runtime wrote. */
  output(): string
}

/** Bundles `worker.mjs` with turnspan as Wrangler does, and runs it on workerd with these variables and compatibility flags. */
export async function startWorker(
  variables: Readonly<Record<string, string>>,
  flags: readonly string[] = ['nodejs_compat'],
): Promise<RunningWorker> {
  await using app = await assembleApp({ modules: await modulesOf('otel-2'), programs: [here('.')] })
  const program = await workerdProgram()
  const { outputFiles } = await build({
    entryPoints: [app.program('worker.mjs')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    logLevel: 'error',
  })
  const port = await freePort()
  const dir = app.dir
  await writeFile(join(dir, 'bundle.mjs'), outputFiles[0]?.contents ?? '')
  await writeFile(join(dir, 'config.capnp'), configuration(port, variables, flags))
  const child = spawn(program, ['serve', join(dir, 'config.capnp')], { env: cleanEnv(), stdio: 'pipe' })
  const output = tail(child)
  const url = `http://127.0.0.1:${port}`
  try {
    await until(() => answers(url), { what: `workerd to answer (${output()})`, timeoutMs: 30_000 })
  } catch (cause) {
    await stop(child)
    throw new Error(`workerd did not start: ${output()}`, { cause })
  }
  return {
    fetch: (path) => fetch(`${url}${path}`),
    output,
    [Symbol.asyncDispose]: () => stop(child),
  }
}

const answers = async (url: string): Promise<true | undefined> =>
  (await fetch(`${url}/stats`)).ok ? true : undefined

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  await closed
}

function configuration(
  port: number,
  variables: Readonly<Record<string, string>>,
  flags: readonly string[],
): string {
  const bindings = Object.entries(variables).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .app),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const app :Workerd.Worker = (
  modules = [(name = "bundle.mjs", esModule = embed "bundle.mjs")],
  compatibilityDate = "2026-02-10",
  compatibilityFlags = [${flags.map((flag) => JSON.stringify(flag)).join(', ')}],
  bindings = [${bindings.join(', ')}],
);
`
}
