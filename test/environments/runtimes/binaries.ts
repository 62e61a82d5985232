import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { installed } from '../support/project.ts'

/** Packages that hold the binary of a runtime for one platform each, and where it is inside. */
const PLACES = {
  bun: { scope: '@oven', path: join('bin', 'bun') },
  deno: { scope: '@deno', path: 'deno' },
} as const

/** A runtime that comes as an npm package. */
export type Runtime = keyof typeof PLACES

/** Path of its binary, installed once a machine. */
export async function runtimeBinary(runtime: Runtime): Promise<string> {
  const { scope, path } = PLACES[runtime]
  const folder = join(await installed('runtimes'), 'node_modules', scope)
  const found = (await readdir(folder))
    .map((name) => join(folder, name, path))
    .find((file) => existsSync(file))
  if (found === undefined) throw new Error(`There is no ${runtime} for this platform in ${folder}.`)
  return found
}
