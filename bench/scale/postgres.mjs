import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const cache = process.env.TURNSPAN_BENCH_CACHE || join(homedir(), '.cache', 'turnspan-bench')
const DRIVER = 'psycopg2-binary==2.9.13'

/** A PostgreSQL of the system's packages on loopback, `undefined` where there is none. */
export async function startPostgres() {
  const bin = binaries()
  const account = unprivileged()
  if (bin === undefined || account === undefined) return undefined
  const home = mkdtempSync(join(tmpdir(), 'turnspan-postgres-'))
  const data = join(home, 'data')
  mkdirSync(data)
  const as = account === 'self' ? {} : account
  if (account !== 'self') for (const dir of [home, data]) chownSync(dir, account.uid, account.gid)
  const run = (program, ...args) =>
    spawnSync(join(bin, program), args, { ...as, cwd: home, encoding: 'utf8' })
  const made = run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-locale', '-E', 'UTF8')
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', home, '-c', 'max_connections=200'],
    { ...as, cwd: home, stdio: 'ignore' },
  )
  const sql = (text, database = 'postgres') =>
    run('psql', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-At', '-c', text, database)
  for (let tries = 0; sql('select 1').status !== 0; tries += 1) {
    if (tries > 100) throw new Error('PostgreSQL does not answer')
    await sleep(100)
  }
  return {
    version: run('postgres', '--version').stdout.trim(),
    create: (name) => sql(`create database ${name}`),
    uri: (name) => `postgresql+psycopg2://postgres@127.0.0.1:${port}/${name}`,
    bytes: (name) => Number(sql(`select pg_database_size('${name}')`).stdout),
    stop() {
      server.kill('SIGINT')
      return new Promise((resolve) => server.once('exit', resolve)).then(() =>
        rmSync(home, { recursive: true, force: true }),
      )
    },
  }
}

/** Folder with the driver that MLflow needs for it. */
export function postgresDriver(python) {
  const dir = join(cache, 'psycopg2-2.9.13')
  if (existsSync(dir)) return dir
  const { status } = spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--target', dir, DRIVER], {
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error(`pip could not install ${DRIVER}`)
  return dir
}

function binaries() {
  const home = '/usr/lib/postgresql'
  if (!existsSync(home)) return undefined
  const newest = readdirSync(home).sort((a, b) => Number(b) - Number(a))[0]
  return newest && join(home, newest, 'bin')
}

/** PostgreSQL refuses to run as root. */
function unprivileged() {
  if (process.getuid() !== 0) return 'self'
  const ask = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || Number.NaN)
  const [uid, gid] = [ask('-u'), ask('-g')]
  return Number.isNaN(uid) ? undefined : { uid, gid }
}
