import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtPackage } from '../../support/built.ts'
import { cached } from '../../support/cache.ts'
import { fixtureModules } from '../../support/integrations.ts'
import { run } from '../../support/run.ts'

const here = dirname(fileURLToPath(import.meta.url))
const manifest = join(here, '../../../package.json')
const example = join(here, '../../../examples/next')
const DAY_MS = 86_400_000

/** A fixture project: one version of Next.js with the packages that its routes call. */
export type NextLine = 'next-15' | 'next-16'
/** What builds it. */
export type NextBundler = 'turbopack' | 'webpack'

/** The application of `app/`, and of `examples/next`, built. */
export interface NextBuild {
  /** The application, with its folder `.next`. */
  readonly dir: string
  /** The folder above it that has its packages. */
  readonly root: string
  /** What the build said. */
  readonly said: string
}

/** What the fixture of Next 15 has packages for. */
const OF_15 = ['api/openai', 'api/edge', 'api/handed', 'rsc', 'action']

/** Made once for these sources of turnspan and of the application: it takes a minute, and more on a busy machine. */
export async function nextBuild(line: NextLine, bundler: NextBundler): Promise<NextBuild> {
  const modules = await fixtureModules(join(here, 'fixtures', line))
  const root = dirname(modules)
  const builds = join(root, 'builds')
  await mkdir(builds, { recursive: true })
  const name = `${bundler}-${await hashOf(await builtPackage(), join(here, 'app'), example, manifest)}`
  const dir = await cached(join(basename(root), 'builds', name), async (target) => {
    await putTogether(target, line)
    const said = await run(
      process.execPath,
      [nextProgram(root), 'build', ...(line === 'next-15' && bundler === 'webpack' ? [] : [`--${bundler}`])],
      { cwd: target, env: { ...NEXT_ENV, FIXTURE_ROOT: root } },
    )
    await writeFile(join(target, 'build.txt'), said)
  })
  await forgetOldBuilds(builds)
  return { dir, root, said: await readFile(join(dir, 'build.txt'), 'utf8') }
}

/** Next must neither report its use nor ask for anything. */
export const NEXT_ENV: Readonly<Record<string, string>> = {
  NEXT_TELEMETRY_DISABLED: '1',
  CI: '1',
}

/** The command of Next. */
export const nextProgram = (root: string): string => join(root, 'node_modules/next/dist/bin/next')

async function putTogether(target: string, line: NextLine): Promise<void> {
  const app = join(here, 'app')
  await cp(app, target, {
    recursive: true,
    filter: (path) => line === 'next-16' || isOf15(path.slice(app.length + 1)),
  })
  for (const part of ['instrumentation.js', 'app/layout.js', 'app/page.js', 'app/api/chat'])
    await cp(join(example, part), join(target, part), { recursive: true })
  await cp(join(here, 'fixtures', line, 'package.json'), join(target, 'package.json'))
  const turnspan = join(target, 'node_modules', 'turnspan')
  await cp(await builtPackage(), join(turnspan, 'dist'), {
    recursive: true,
    filter: (path) => !/\.c?ts$|\.json$/.test(path),
  })
  await cp(manifest, join(turnspan, 'package.json'))
}

function isOf15(path: string): boolean {
  if (path.startsWith('pages')) return false
  if (!path.startsWith('app/')) return true
  const route = path.slice('app/'.length)
  return OF_15.some((one) => route.startsWith(one) || one.startsWith(`${route}/`))
}

async function hashOf(...paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory()
    const names = isFolder ? await readdir(path, { recursive: true }) : ['']
    for (const name of names.sort()) {
      if (/\.c?ts$|\.json$/.test(name) || !(await stat(join(path, name))).isFile()) continue
      hash.update(name).update(await readFile(join(path, name)))
    }
  }
  return hash.digest('hex').slice(0, 10)
}

async function forgetOldBuilds(builds: string): Promise<void> {
  for (const name of await readdir(builds)) {
    const made = await stat(join(builds, name, '.complete')).catch(() => undefined)
    if (made && Date.now() - made.mtimeMs > DAY_MS)
      await rm(join(builds, name), { recursive: true, force: true })
  }
}
