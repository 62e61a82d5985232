import { spawn } from 'node:child_process'
import type { BuiltApp } from '../support/built.ts'
import { cleanEnv } from '../support/run.ts'

/** A program that serves on a port until it is told to end. */
export interface Serving {
  readonly port: number
  /** Closes its stdin, and gives the JSON that it then prints; fails if it wrote anything else. */
  end<T>(): Promise<T>
}

/** Starts a program of `app` that says on stderr where it listens. */
export async function startServing(
  app: BuiltApp,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Serving> {
  const child = spawn(process.execPath, [app.program(program), ...args], { cwd: app.dir, env: cleanEnv(env) })
  const killAtExit = (): boolean => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      const found = /listening on (\d+)/.exec(stderr)
      if (found) resolve(Number(found[1]))
    })
    child.once('close', (code) => reject(new Error(`${program} ended with ${code}: ${stderr}`)))
  })
  return {
    port,
    async end<T>() {
      child.stdin.end()
      await closed
      process.off('exit', killAtExit)
      const rest = stderr.replace(/listening on \d+\n/, '')
      if (child.exitCode !== 0 || rest !== '' || stdout.split('\n').length !== 2) {
        throw new Error(`${program} ended with ${child.exitCode}:\n${rest}${stdout}`)
      }
      return JSON.parse(stdout) as T
    },
  }
}
