import { createHash } from 'node:crypto'
import { cp, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cached } from '../../support/cache.ts'
import { run } from '../../support/run.ts'

/** The versions of the SDK that are tested; each has a fixture folder with a lock file. */
export const sdkSets = ['sdk-1-oldest', 'sdk-1-newest', 'sdk-2'] as const
export type SdkSet = (typeof sdkSets)[number]
export type Format = 'esm' | 'cjs'

/** Every set in both module formats. */
export const sdkCopies: readonly (readonly [SdkSet, Format])[] = sdkSets.flatMap((set) =>
  (['esm', 'cjs'] as const).map((format) => [set, format] as const),
)

// What the SDK's objects take and give is their business; the tests compare it as it is.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Anything = any

/** One copy of the SDK, as an application loads it. */
export interface Sdk {
  readonly set: SdkSet
  readonly format: Format
  readonly major: 1 | 2
  readonly dir: string
  /** The modules that `instrumentMcp` is given. */
  readonly modules: readonly Anything[]
  /** Everything that those modules export, by name. */
  readonly all: Anything
  readonly z: Anything
  /** Loads another module of the fixture, in the same format. */
  load(specifier: string): Promise<Anything>
}

/** The fixture's `node_modules`, made once per machine and lock file. */
export async function installSdk(set: SdkSet): Promise<string> {
  const fixture = fileURLToPath(new URL(`fixtures/${set}/`, import.meta.url))
  const lock = await readFile(join(fixture, 'package-lock.json'))
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 8)
  return cached(`mcp-${set}-${key}`, async (dir) => {
    for (const file of ['package.json', 'package-lock.json']) await cp(join(fixture, file), join(dir, file))
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: dir })
  })
}

const MODULES: Readonly<Record<1 | 2, readonly string[]>> = {
  1: [
    '@modelcontextprotocol/sdk/client/index.js',
    '@modelcontextprotocol/sdk/server/index.js',
    '@modelcontextprotocol/sdk/server/mcp.js',
  ],
  2: ['@modelcontextprotocol/client', '@modelcontextprotocol/server'],
}

const PARTS: Readonly<Record<1 | 2, readonly string[]>> = {
  1: [
    '@modelcontextprotocol/sdk/inMemory.js',
    '@modelcontextprotocol/sdk/types.js',
    '@modelcontextprotocol/sdk/client/stdio.js',
    '@modelcontextprotocol/sdk/client/sse.js',
    '@modelcontextprotocol/sdk/client/streamableHttp.js',
    '@modelcontextprotocol/sdk/server/sse.js',
    '@modelcontextprotocol/sdk/server/streamableHttp.js',
  ],
  2: ['@modelcontextprotocol/client/stdio', '@modelcontextprotocol/node'],
}

export async function loadSdk(set: SdkSet, format: Format): Promise<Sdk> {
  const dir = await installSdk(set)
  const load = loader(dir, format)
  const major = set === 'sdk-2' ? 2 : 1
  const modules = await Promise.all(MODULES[major].map(load))
  const parts = await Promise.all(PARTS[major].map(load))
  const { z } = await load('zod')
  return { set, format, major, dir, modules, all: Object.assign({}, ...parts, ...modules), z, load }
}

/** Resolves as a program in `dir` would. */
export function loader(dir: string, format: Format): (specifier: string) => Promise<Anything> {
  const require = createRequire(join(dir, 'program.cjs'))
  if (format === 'cjs') return async (specifier) => require(specifier)
  return async (specifier) => import(/* @vite-ignore */ await resolveImport(dir, specifier))
}

/** `import.meta.resolve` from another folder, by the conditions of `import`. */
async function resolveImport(dir: string, specifier: string): Promise<string> {
  const [scope = '', name = ''] = specifier.split('/')
  const packageName = specifier.startsWith('@') ? `${scope}/${name}` : scope
  const folder = join(dir, 'node_modules', packageName)
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Anything
  const subpath = `.${specifier.slice(packageName.length)}`
  return pathToFileURL(join(folder, target(manifest.exports, subpath))).href
}

function target(exported: Anything, subpath: string): string {
  const exact = exported[subpath]
  if (exact !== undefined) return conditional(exact)
  for (const [key, value] of Object.entries(exported)) {
    if (!key.includes('*') || !subpath.startsWith(key.slice(0, key.indexOf('*')))) continue
    return conditional(value).replace('*', subpath.slice(key.indexOf('*')))
  }
  throw new Error(`${subpath} is not exported`)
}

const conditional = (value: Anything): string =>
  typeof value === 'string' ? value : conditional(value.import ?? value.default)
