import { createHash } from 'node:crypto'
import { cp, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assembleApp, type BuiltApp } from './built.ts'
import { cached } from './cache.ts'
import { run } from './run.ts'

const probing = fileURLToPath(new URL('./probing', import.meta.url))

/**
 * The `node_modules` of a fixture project (a folder with `package.json` and `package-lock.json`), exactly as its lock
 * file says; installed once a machine.
 */
export async function fixtureModules(fixture: string): Promise<string> {
  const lock = await readFile(join(fixture, 'package-lock.json'))
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 8)
  const dir = await cached(`fixture-${basename(fixture)}-${key}`, async (target) => {
    for (const name of ['package.json', 'package-lock.json'])
      await cp(join(fixture, name), join(target, name))
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
