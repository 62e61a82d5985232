import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const bench = join(import.meta.dirname, '..')
const root = join(bench, '..')

/** Installed dependencies outlive runs and clones: `TURNSPAN_BENCH_CACHE`, else `~/.cache/turnspan-bench`. */
const cache = process.env.TURNSPAN_BENCH_CACHE || join(homedir(), '.cache', 'turnspan-bench')

/** Folder with the dependencies of `packages/<name>` installed, exactly as its lock file says. */
export function installed(name) {
  const lock = readFileSync(join(bench, 'packages', name, 'package-lock.json'))
  const dir = join(cache, `${name}-${createHash('sha256').update(lock).digest('hex').slice(0, 8)}`)
  if (existsSync(dir)) return dir
  process.stderr.write(`installing ${name} ...\n`)
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(join(cache, `.${name}-`))
  cpSync(join(bench, 'packages', name), draft, { recursive: true })
  const flags = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--loglevel=error']
  const { status } = spawnSync('npm', flags, {
    cwd: draft,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status === 0 && !existsSync(dir)) renameSync(draft, dir)
  else rmSync(draft, { recursive: true, force: true })
  if (!existsSync(dir)) throw new Error(`npm ci failed for bench/packages/${name}`)
  return dir
}

/**
 * Applications to measure in: the programs, the dependencies of one folder, and turnspan as `npm install` would leave
 * it. A copy of `dist`, made at once, so that a build that runs meanwhile changes nothing.
 */
export function createSandbox(dist) {
  const home = mkdtempSync(join(tmpdir(), 'turnspan-bench-'))
  const turnspanCopy = join(home, 'turnspan')
  copyTurnspan(dist, turnspanCopy)
  const apps = new Map()
  return {
    app({ packages, turnspan = false }) {
      const name = turnspan ? `${packages}-turnspan` : packages
      if (!apps.has(name)) apps.set(name, assemble(join(home, name), packages, turnspan && turnspanCopy))
      return apps.get(name)
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

function assemble(dir, packages, turnspan) {
  const from = join(installed(packages), 'node_modules')
  const modules = join(dir, 'node_modules')
  cpSync(join(bench, 'programs'), dir, { recursive: true })
  mkdirSync(modules)
  for (const name of readdirSync(from))
    if (!name.startsWith('.')) symlinkSync(join(from, name), join(modules, name), 'junction')
  if (turnspan) cpSync(turnspan, join(modules, 'turnspan'), { recursive: true })
  return dir
}

function copyTurnspan(dist, to) {
  if (!existsSync(join(dist, 'index.js')))
    throw new Error(`There is no build in ${dist}: run npm run build first.`)
  cpSync(dist, join(to, 'dist'), { recursive: true, filter: (path) => !/\.(c?ts|json|map)$/.test(path) })
  cpSync(join(root, 'package.json'), join(to, 'package.json'))
}
