import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiLoaders, entries, workers } from '../../scripts/entries.ts'
import { cached, cacheRoot } from './cache.ts'
import { run } from './run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const BUILDS = 'turnspan-build-'
const DAY_MS = 86_400_000

let built: Promise<string> | undefined

/**
 * Folder with the built JavaScript: `dist` where it is newer than the sources, as after `npm run build`; else a build
 * of these very sources in the cache, so that a test never runs what stood there before.
 */
export function builtPackage(): Promise<string> {
  built ??= findBuild()
  return built
}

async function findBuild(): Promise<string> {
  const dist = join(root, 'dist')
  const inputs = await inputFiles()
  if (await isFresh(dist, inputs)) return dist
  const hash = createHash('sha256').update(Object.keys(entries).join())
  for (const file of inputs) hash.update(file.slice(root.length)).update(await readFile(file))
  const dir = await cached(BUILDS + hash.digest('hex').slice(0, 12), build)
  await forgetOldBuilds()
  return join(dir, 'dist')
}

async function inputFiles(): Promise<string[]> {
  const sources = await readdir(join(root, 'src'), { recursive: true })
  const scripts = await readdir(join(root, 'scripts'))
  return [
    ...sources.filter((name) => name.endsWith('.ts')).map((name) => join(root, 'src', name)),
    ...scripts.filter((name) => name.endsWith('.ts')).map((name) => join(root, 'scripts', name)),
    ...['tsup.config.ts', 'package.json', 'package-lock.json'].map((name) => join(root, name)),
  ].sort()
}

// The last file that a build writes is the declaration of an entry; without it a build is under way or was broken off.
async function isFresh(dist: string, inputs: readonly string[]): Promise<boolean> {
  const done = await stat(join(dist, 'index.d.cts')).catch(() => undefined)
  const worker = await stat(join(dist, 'turnspan-exit-worker.js')).catch(() => undefined)
  if (done === undefined || worker === undefined) return false
  const times = await Promise.all(inputs.map(async (file) => (await stat(file)).mtimeMs))
  return worker.mtimeMs > Math.max(...times)
}

/** What the programs under test load; without declarations, which take most of a build's time. */
async function build(dir: string): Promise<void> {
  const flags = Object.entries({ ...entries, ...workers, ...apiLoaders }).flatMap(([name, source]) => [
    `--entry.${name}`,
    source,
  ])
  await run('npx', ['tsup', '--silent', '--no-dts', '--out-dir', join(dir, 'dist'), ...flags], { cwd: root })
}

async function forgetOldBuilds(): Promise<void> {
  for (const name of await readdir(cacheRoot())) {
    if (!name.startsWith(BUILDS)) continue
    const path = join(cacheRoot(), name)
    const made = await stat(path).catch(() => undefined)
    if (made && Date.now() - made.mtimeMs > DAY_MS) await rm(path, { recursive: true, force: true })
  }
}

/** An application in a temporary folder: its own packages, turnspan beside them, and its programs. */
export interface BuiltApp extends AsyncDisposable {
  readonly dir: string
  /** Path of one of its programs. */
  program(name: string): string
  remove(): Promise<void>
}

/** What the application is made of. */
export interface BuiltAppParts {
  /** Folders whose files are copied into the application. */
  readonly programs: readonly string[]
  /** Its `node_modules`; the packages are linked, so all programs share them. */
  readonly modules: string
  /** A `node_modules` whose `@opentelemetry/api` turnspan gets to itself, as a second copy. */
  readonly secondApi?: string
}

/** Puts an application together, with turnspan as `npm install` would leave it. */
export async function assembleApp(parts: BuiltAppParts): Promise<BuiltApp> {
  const dir = await mkdtemp(join(tmpdir(), 'turnspan-app-'))
  const modules = join(dir, 'node_modules')
  // A copy, not a link: node looks for the API beside the real path of the file that imports it.
  await cp(await builtPackage(), join(modules, 'turnspan', 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('.ts') && !path.endsWith('.cts') && !path.endsWith('.json'),
  })
  await cp(join(root, 'package.json'), join(modules, 'turnspan', 'package.json'))
  for (const name of await readdir(parts.modules)) {
    if (!name.startsWith('.')) await symlink(join(parts.modules, name), join(modules, name))
  }
  if (parts.secondApi !== undefined) {
    await cp(
      join(parts.secondApi, '@opentelemetry', 'api'),
      join(modules, 'turnspan', 'node_modules', '@opentelemetry', 'api'),
      { recursive: true },
    )
  }
  for (const folder of parts.programs) await cp(folder, dir, { recursive: true })
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true })
  return { dir, program: (name) => join(dir, name), remove, [Symbol.asyncDispose]: remove }
}
