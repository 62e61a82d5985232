import { createHash } from 'node:crypto'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from '../support/cache.ts'
import { run } from '../support/run.ts'

const fixture = fileURLToPath(new URL('./bundlers/ncc', import.meta.url))

/** The command line of ncc, which bundles with webpack; installed once a machine. */
export async function nccProgram(): Promise<string> {
  const lock = await readFile(join(fixture, 'package-lock.json'))
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 8)
  const dir = await cached(`ncc-${key}`, async (target) => {
    await cp(fixture, target, { recursive: true })
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: target })
  })
  return join(dir, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')
}
