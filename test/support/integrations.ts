import { createHash } from 'node:crypto'
import { cp, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assembleApp, type BuiltApp } from './built.ts'
import { cached } from './cache.ts'
import type { NodeLine } from './node-versions.ts'
import { run } from './run.ts'

/** One way in which a package is used: which fixture, on which Node, and whether turnspan starts before it is loaded. */
export interface Way<Set extends string = string> {
  readonly set: Set
  readonly node: NodeLine
  readonly modules: 'esm' | 'cjs'
  readonly order: 'before' | 'after'
}

/** Where the tests of an integration have their things, beside the module at `url`. */
export function integrationFolders(url: string): {
  /** Programs with the probes of the package. */
  readonly programs: string
  /** The fixture project of a set. */
  readonly fixture: (set: string) => string
} {
  const folder = dirname(fileURLToPath(url))
  return { programs: join(folder, 'programs'), fixture: (set) => join(folder, 'fixtures', set) }
}

const probing = fileURLToPath(new URL('./probing', import.meta.url))

const OF_NPM: ReadonlySet<string> = new Set(['package.json', 'package-lock.json', '.npmrc'])

/**
 * The `node_modules` of a fixture project (a folder with `package.json` and `package-lock.json`, and `.npmrc` if need
 * be), exactly as its lock file says; installed once a machine.
 */
export async function fixtureModules(fixture: string): Promise<string> {
  const lock = await readFile(join(fixture, 'package-lock.json'))
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 8)
  const dir = await cached(`fixture-${basename(fixture)}-${key}`, async (target) => {
    for (const name of await readdir(fixture))
      if (OF_NPM.has(name)) await cp(join(fixture, name), join(target, name))
    // Engines are not looked at: some versions declare a newer Node than the oldest that they run on.
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], {
      cwd: target,
    })
  })
  return join(dir, 'node_modules')
}

/** The version of a package in a fixture project. */
export async function fixtureVersion(fixture: string, name: string): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(join(fixture, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const version = dependencies[name]
  if (version === undefined) throw new Error(`${fixture} does not depend on ${name}`)
  return version
}

/** An application with the packages of that fixture, turnspan beside them, and `programs` with those of the probes. */
export async function fixtureApp(fixture: string, programs: string): Promise<BuiltApp> {
  return assembleApp({ modules: await fixtureModules(fixture), programs: [probing, programs] })
}
