import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../test/support/run.ts'
import type { Suite } from './suites.ts'

/** What a suite needs to be run. */
export interface Laid {
  /** Its folder. */
  readonly folder: string
}

/** How to get the sources of a suite that is not there. */
export function adviceFor({ name, repository, commit }: Suite, root: string): string {
  const folder = join(root, name)
  return [
    `${name} is not in ${folder}. Lay it there:`,
    `  git clone https://github.com/${repository} ${folder} && git -C ${folder} checkout ${commit}`,
    `or, from a bare clone: npm run test:suites -- ${name} --from ${name}=<its git directory>`,
  ].join('\n')
}

/** Takes the sources out of a git directory. */
export async function layFrom(gitDir: string, suite: Suite, root: string): Promise<void> {
  const folder = join(root, suite.name)
  if (existsSync(join(folder, 'package.json'))) return
  mkdirSync(folder, { recursive: true })
  const archive = `${folder}.tar`
  // Files that a partial clone has not are left out, and archived none the less.
  spawnSync('git', [
    ...['--git-dir', gitDir, 'archive', '--output', archive, suite.commit],
    ...(suite.paths ?? []),
  ])
  await run('tar', ['-xf', archive, '-C', folder])
  rmSync(archive)
}

/** Installs and builds a suite, once for each commit and each change of the commands. */
export async function prepare(suite: Suite, folder: string, node: string): Promise<void> {
  const mark = join(folder, 'turnspan-suite-prepared.json')
  const wanted = JSON.stringify([suite.commit, suite.install])
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return
  forgetManager(join(folder, 'package.json'))
  for (const [program = '', ...args] of suite.install) {
    process.stdout.write(`  ${[program, ...args].join(' ')}\n`)
    const done = spawnSync('nice', ['-n', '10', program, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: environment(node),
      maxBuffer: 1 << 28,
    })
    // TypeScript compiles what it complains of.
    if (done.status !== 0 && !args.includes('tsc')) {
      throw new Error(`${suite.name} could not be prepared:\n${`${done.stdout}${done.stderr}`.slice(-4000)}`)
    }
  }
  writeFileSync(mark, wanted)
}

/** pnpm would fetch the very version that is named here, and refuse to run as any other. */
function forgetManager(file: string): void {
  const { packageManager: _forgotten, ...manifest } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    unknown
  >
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
}

function environment(node: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CI: '1',
    PATH: [dirname(node), process.env.PATH].join(delimiter),
    npm_config_manage_package_manager_versions: 'false',
    npm_config_package_manager_strict: 'false',
    npm_config_verify_deps_before_run: 'false',
  }
}

/** Packs turnspan as it is published. */
export async function pack(repository: string, root: string): Promise<string> {
  await run('npx', ['tsup', '--silent'], { cwd: repository })
  const said = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', root], {
    cwd: repository,
  })
  return join(root, said.trim().split('\n').at(-1) ?? '')
}

/** Puts the package into the `node_modules` of a folder, with a copy of the API where the client has none. */
export async function installTurnspan(tarball: string, folder: string): Promise<void> {
  const target = join(folder, 'node_modules', 'turnspan')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  if (existsSync(join(folder, 'node_modules', '@opentelemetry', 'api', 'package.json'))) return
  const api = fileURLToPath(new URL('../../node_modules/@opentelemetry/api', import.meta.url))
  const own = join(target, 'node_modules', '@opentelemetry')
  mkdirSync(own, { recursive: true })
  await run('cp', ['-r', api, own])
}
