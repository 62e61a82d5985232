import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../support/run.ts'
import {
  cachedFor,
  copyTree,
  emptyProject,
  fixture,
  installed,
  type Project,
  programs,
  turnspanTarball,
  unpackTurnspan,
} from './project.ts'

const manager = async (...path: readonly string[]): Promise<string> =>
  join(await installed('managers'), 'node_modules', ...path)

/** The registry that npm is set to: other package managers do not read its settings. */
const registry = async (): Promise<string> => (await run('npm', ['config', 'get', 'registry'])).trim()

const LOCK = join(fixture('managers'), 'package-lock.json')

/** Where pnpm puts a package and what it depends on; the rest are links to it. */
const STORE = join('node_modules', '.pnpm')

/**
 * The workspace of `programs/workspace` as pnpm installs it, with turnspan in its application: in pnpm's store
 * beside the API that it depends on, and linked from there.
 */
export async function pnpmWorkspace(): Promise<Project> {
  const source = programs('workspace')
  const manifests = ['package.json', 'apps/desk/package.json', 'packages/models/package.json']
  const base = await cachedFor(
    'pnpm',
    [LOCK, ...manifests.map((file) => join(source, file))],
    async (dir) => {
      await cp(source, dir, { recursive: true })
      const flags = [
        'install',
        '--ignore-scripts',
        '--store-dir',
        join(dir, '.store'),
        '--package-import-method',
        'copy',
      ]
      await run(
        process.execPath,
        [await manager('pnpm', 'bin', 'pnpm.cjs'), ...flags, '--registry', await registry()],
        {
          cwd: dir,
          env: { CI: 'true', npm_config_manage_package_manager_versions: 'false' },
        },
      )
    },
  )
  const project = await emptyProject('pnpm')
  for (const part of [
    'node_modules',
    join('apps', 'desk', 'node_modules'),
    join('packages', 'models', 'node_modules'),
  ])
    await copyTree(join(base, part), project.path(part))
  await cp(source, project.dir, { recursive: true })
  const home = project.path(STORE, 'turnspan@0.1.0', 'node_modules')
  await unpackTurnspan(join(home, 'turnspan'))
  await run('ln', [
    '-sr',
    project.path('apps', 'desk', 'node_modules', '@opentelemetry'),
    join(home, '@opentelemetry'),
  ])
  await run('ln', ['-sr', join(home, 'turnspan'), project.path('apps', 'desk', 'node_modules', 'turnspan')])
  return project
}

/**
 * The project of `programs/pnp` as Yarn installs it, without `node_modules`; with the program `agent`.
 *
 * @param unplugged - turnspan lies in a folder, and not in an archive
 */
export async function yarnPnp({ unplugged = false } = {}): Promise<Project> {
  const source = programs('pnp')
  const yarn = await manager('@yarnpkg', 'cli-dist', 'bin', 'yarn.js')
  const install = async (dir: string, env: Readonly<Record<string, string>>): Promise<void> => {
    await cp(await turnspanTarball(), join(dir, 'turnspan.tgz'))
    await run(process.execPath, [yarn, 'install'], {
      cwd: dir,
      env: { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', ...env },
    })
  }
  const base = await cachedFor(
    'pnp',
    [LOCK, join(source, 'package.json'), join(source, '.yarnrc.yml')],
    async (dir) => {
      await cp(source, dir, { recursive: true })
      await install(dir, { YARN_NPM_REGISTRY_SERVER: await registry() })
    },
  )
  const project = await emptyProject('pnp')
  await cp(base, project.dir, { recursive: true })
  await cp(programs('agent'), project.dir, { recursive: true })
  if (unplugged) {
    const manifest = JSON.parse(await readFile(project.path('package.json'), 'utf8')) as object
    const whole = { ...manifest, dependenciesMeta: { turnspan: { unplugged } } }
    await writeFile(project.path('package.json'), JSON.stringify(whole))
  }
  // Everything but turnspan itself is in the cache of the project.
  await install(project.dir, { YARN_ENABLE_NETWORK: 'false' })
  return project
}

/** Arguments of Node that Yarn runs programs with. */
export const pnpFlags = (project: Project): string[] => [
  '--require',
  project.path('.pnp.cjs'),
  '--experimental-loader',
  project.path('.pnp.loader.mjs'),
  '--no-warnings',
]
