import { fileURLToPath } from 'node:url'
import { modulesOf } from '../providers/app.ts'
import { assembleApp, type BuiltApp } from '../support/built.ts'
import { type NodeChild, type NodeResult, startNode } from '../support/child.ts'

/** An application that has OpenTelemetry's API and turnspan, with the programs of this folder. */
export async function exitApp(): Promise<BuiltApp> {
  const programs = fileURLToPath(new URL('./fixtures', import.meta.url))
  return assembleApp({ modules: await modulesOf('otel-2'), programs: [programs] })
}

/** How a program is run. */
export interface ExitRun {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Sent once the program is ready. */
  readonly signal?: NodeJS.Signals | undefined
  readonly timeoutMs?: number
}

/** How a program ended, as its parent and its user see it. */
export type Ending = Pick<NodeResult, 'code' | 'signal' | 'stdout' | 'stderr' | 'timedOut'>

/** Runs a program of `app`, and sends it `signal` when it says that it is ready. */
export async function runToEnd(
  app: BuiltApp,
  program: string,
  run: ExitRun,
): Promise<Ending & { ms: number }> {
  const child: NodeChild = startNode(app.program(program), {
    cwd: app.dir,
    ...(run.args && { args: run.args }),
    ...(run.env && { env: run.env }),
    timeoutMs: run.timeoutMs ?? 20_000,
  })
  if (run.signal !== undefined) {
    await child.waitForOutput('ready')
    child.kill(run.signal)
  }
  return child.result
}

/** How the program ends without tracing: what it must look like with it. */
export async function endsUntraced(app: BuiltApp, program: string, run: ExitRun): Promise<Ending> {
  return ending(await runToEnd(app, program, { ...run, env: { ...run.env, ENABLE_MLFLOW_TRACING: 'false' } }))
}

/** What must be the same with tracing and without. */
export function ending({ code, signal, stdout, stderr, timedOut }: Ending): Ending {
  return { code, signal, stdout, stderr, timedOut }
}
