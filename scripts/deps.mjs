import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Plain Node without dependencies, so that it runs on a fresh clone. */
export const root = join(import.meta.dirname, '..')

/** Windows starts npm and the programs of node_modules/.bin through a shell only. */
export const shell = process.platform === 'win32'

function lockedPackages(...path) {
  try {
    return JSON.parse(readFileSync(join(root, ...path), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Whether node_modules holds what package-lock.json asks for (optional packages of other systems aside). */
function isInstalled() {
  const wanted = lockedPackages('package-lock.json')
  const there = lockedPackages('node_modules', '.package-lock.json')
  if (!wanted || !there) return false
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || there[path]?.version === version,
  )
}

/** Installs the dependencies when they are missing or stale; `false` when that failed. */
export function ensureDependencies() {
  if (isInstalled()) return true
  process.stderr.write('Installing the dependencies (npm ci) ...\n')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    shell,
    // Our own stdout belongs to the command that follows.
    stdio: ['ignore', 2, 2],
  })
  return status === 0
}

/** The environment in which programs of the dependencies are found by their names. */
export function environment() {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  const delimiter = process.platform === 'win32' ? ';' : ':'
  return {
    ...process.env,
    [name]: join(root, 'node_modules', '.bin') + delimiter + (process.env[name] ?? ''),
  }
}
