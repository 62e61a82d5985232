import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs one of the programs that npm has installed, in `folder`. */
export function runIn(
  folder: string,
  program: string,
  ...args: string[]
): { status: number | null; output: string } {
  const path = join(root, 'node_modules', '.bin', program)
  const { status, stdout, stderr } = spawnSync(path, args, { cwd: folder, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}
