import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../support/cache.ts'
import { type RunNodeOptions, runNode } from '../support/child.ts'
import { type NodeLine, nodeBinary } from '../support/node-versions.ts'
import { cleanEnv } from '../support/run.ts'
import { packTarball, root } from './tarball.ts'

const execute = promisify(execFile)
const fixtures = join(root, 'test', 'packed', 'fixtures')

/** An application with the tarball installed in it. */
export interface App extends AsyncDisposable {
  readonly dir: string
  /** Packages that the installation of turnspan added. */
  readonly added: number
  /** What npm said. */
  readonly output: string
  /** Runs a program of the application under that Node; gives what it printed, and fails if it said anything else. */
  run<T>(program: string, node: NodeLine, options?: Pick<RunNodeOptions, 'env' | 'nodeArgs'>): Promise<T>
}

interface Written {
  readonly stdout: string
  readonly stderr: string
}

/** The application of a fixture folder, in a folder of its own, as `npm install <tarball>` leaves it. */
export async function installApp(fixture: string): Promise<App> {
  const tarball = await packTarball()
  const dir = await mkdtemp(join(tmpdir(), `turnspan-${fixture}-`))
  await cp(await baseOf(fixture), dir, { recursive: true, verbatimSymlinks: true })
  await cp(join(fixtures, 'shared'), dir, { recursive: true })
  await cp(join(fixtures, fixture), dir, { recursive: true })
  const { stdout, stderr } = await npmInstall(dir, [tarball.path, '--json'])
  return {
    dir,
    added: (JSON.parse(stdout) as { added: number }).added,
    output: stdout + stderr,
    run: (program, node, options) => runProgram(dir, program, node, options),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

/** The dependencies that the application had before turnspan; kept between runs, keyed by what it asks for. */
async function baseOf(fixture: string): Promise<string> {
  const manifest = await readFile(join(fixtures, fixture, 'package.json'))
  const key = createHash('sha256').update(manifest).digest('hex').slice(0, 8)
  return cached(`app-${fixture}-${key}`, async (dir) => {
    await cp(join(fixtures, fixture, 'package.json'), join(dir, 'package.json'))
    await npmInstall(dir, [])
  })
}

function npmInstall(cwd: string, args: readonly string[]): Promise<Written> {
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  // A peer conflict ends npm with ERESOLVE, also where a user's settings would let it pass.
  const env = cleanEnv({
    npm_config_legacy_peer_deps: 'false',
    npm_config_strict_peer_deps: 'true',
    // What `npm test --silent` hands down would silence this npm as well.
    npm_config_loglevel: 'notice',
    npm_config_local_prefix: undefined,
  })
  return execute('npm', ['install', ...flags, ...args], { cwd, env, encoding: 'utf8' })
}

async function runProgram<T>(
  cwd: string,
  program: string,
  node: NodeLine,
  options: Pick<RunNodeOptions, 'env' | 'nodeArgs'> = {},
): Promise<T> {
  const ended = await runNode(program, { ...options, cwd, nodeBinary: await nodeBinary(node) })
  if (ended.code === 0 && ended.stderr === '') return JSON.parse(ended.stdout) as T
  throw new Error(`${program} ended with ${ended.code ?? ended.signal}:\n${ended.stderr}${ended.stdout}`)
}
