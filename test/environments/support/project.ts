import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtPackage } from '../../support/built.ts'
import { cached } from '../../support/cache.ts'
import { run } from '../../support/run.ts'

const environments = fileURLToPath(new URL('..', import.meta.url))

/** A fixture project: `fixtures/<name>` with `package.json` and `package-lock.json`. */
export const fixture = (name: string): string => join(environments, 'fixtures', name)

/** The folder `programs/<name>`. */
export const programs = (name: string): string => join(environments, 'programs', name)

/** A folder below the cache that `make` fills once for these files and this recipe. */
export async function cachedFor(
  name: string,
  files: readonly string[],
  make: (dir: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) hash.update(await readFile(file))
  return cached(`environment-${name}-${hash.digest('hex').slice(0, 8)}`, make)
}

/** The fixture as `npm ci` leaves it, without scripts of packages; installed once a machine. */
export function installed(name: string): Promise<string> {
  const folder = fixture(name)
  const files = ['package.json', 'package-lock.json']
  return cachedFor(
    name,
    files.map((file) => join(folder, file)),
    async (dir) => {
      for (const file of files) await cp(join(folder, file), join(dir, file))
      await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], {
        cwd: dir,
      })
    },
  )
}

/** `from` at `to`: the files are the same ones where the file system can do that, and none is a link. */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  try {
    await run('cp', ['-al', from, to])
  } catch {
    await rm(to, { recursive: true, force: true })
    await cp(from, to, { recursive: true, verbatimSymlinks: true })
  }
}

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** turnspan in the folder `to`, as npm unpacks it. */
export async function unpackTurnspan(to: string): Promise<void> {
  const dist = await builtPackage()
  await cp(dist, join(to, 'dist'), {
    recursive: true,
    filter: (path) => !/\.d\.c?ts$|metafile-\w+\.json$/.test(path),
  })
  for (const file of ['package.json', 'README.md', 'LICENSE']) await cp(join(root, file), join(to, file))
}

let packed: Promise<string> | undefined

/** Path of a tarball with the same files, for package managers that want one. */
export function turnspanTarball(): Promise<string> {
  packed ??= pack()
  return packed
}

async function pack(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'turnspan-tarball-'))
  process.once('exit', () => void rm(dir, { recursive: true, force: true }))
  await unpackTurnspan(join(dir, 'package'))
  const file = join(dir, 'turnspan.tgz')
  await run('tar', ['-czf', file, '-C', dir, 'package'])
  return file
}

/** A program's folder, as a user has it on disk. */
export interface Project extends AsyncDisposable {
  readonly dir: string
  path(...parts: string[]): string
}

/**
 * A project in a temporary folder: the packages of the fixture and turnspan in its own `node_modules`, and the files
 * of `programs/<name>` for each name.
 *
 * @param set - name of the fixture
 * @param names - folders below `programs`
 */
export async function makeProject(set: string, ...names: readonly string[]): Promise<Project> {
  const base = await installed(set)
  const project = await emptyProject(set)
  await copyTree(join(base, 'node_modules'), project.path('node_modules'))
  await cp(join(base, 'package.json'), project.path('package.json'))
  await unpackTurnspan(project.path('node_modules', 'turnspan'))
  for (const name of names) await cp(programs(name), project.dir, { recursive: true })
  return project
}

/** A project without anything in it. */
export async function emptyProject(name: string): Promise<Project> {
  const dir = await mkdtemp(join(tmpdir(), `turnspan-${basename(name)}-`))
  return {
    dir,
    path: (...parts) => join(dir, ...parts),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}
