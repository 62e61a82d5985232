import { readFileSync } from 'node:fs'
import { Module } from 'node:module'
import { ownFile } from '../runtime/own-file.ts'
import { globalProperty, processWide } from '../runtime/registry.ts'
import { handOver } from './arrivals.ts'
import { rewritten, withHandOver } from './import-hooks.ts'
import { KNOWN_INTEGRATIONS } from './known-packages.ts'
import { recognise } from './recognise.ts'
import { requiredFile } from './watch-require.ts'

interface Loaded {
  readonly contents: string
  readonly loader: 'js'
}

interface Bun {
  plugin?(plugin: {
    name: string
    setup(build: {
      onLoad(options: { filter: RegExp }, load: (found: { path: string }) => Loaded): void
    }): void
  }): void
}

/** Bun's own door to modules; `undefined` elsewhere. */
export const bun = (): Bun | undefined =>
  process.versions.bun === undefined ? undefined : globalProperty<Bun>('Bun').get()

/** Hands over what Bun loads from now on. A plugin of Bun's stays for good. */
export function watchBun(): void {
  const state = processWide('bun-plugin', () => ({ registered: false }))
  const { plugin } = bun() ?? {}
  if (state.registered || plugin === undefined) return
  state.registered = true
  watchExtensions()
  plugin({
    name: 'turnspan',
    setup: (build) => build.onLoad({ filter: knownFiles() }, ({ path }) => loaded(path)),
  })
}

/** Hands over what Bun has loaded: `require` keeps ES modules in its cache, too, and gives the same ones. */
export function takeLoadedByBun(): void {
  const require = Module.createRequire(ownFile())
  for (const file of Object.keys(require.cache)) {
    try {
      const recognised = recognise(file)
      if (recognised?.subpath === undefined) continue
      handOver({ ...recognised, subpath: recognised.subpath, exports: require(file) })
    } catch {
      // It runs right now, or failed.
    }
  }
}

/** ES modules of the known packages: a plugin of Bun's must not touch CommonJS, which is empty then. */
const knownFiles = (): RegExp => {
  const names = KNOWN_INTEGRATIONS.flatMap(({ packages }) => packages.map(({ name }) => name))
  const folders = names.map((name) => name.replaceAll('/', '[\\\\/]')).join('|')
  const before = '[\\\\/]node_modules[\\\\/]'
  return new RegExp(
    `${before}(?:(?:${folders})[\\\\/].*\\.mjs|@langchain[\\\\/].*\\.js|@modelcontextprotocol[\\\\/]sdk[\\\\/]dist[\\\\/]esm[\\\\/].*\\.js)$`,
  )
}

function loaded(path: string): Loaded {
  const source = readFileSync(path, 'utf8')
  const recognised = recognise(path)
  const contents =
    recognised === undefined
      ? source
      : withHandOver(rewritten(source, recognised), path, 'module', recognised)
  return { contents, loader: 'js' }
}

type Extension = (module: { exports: unknown }, file: string) => unknown

/** CommonJS passes through here, once each file. */
function watchExtensions(): void {
  const extensions = (Module as unknown as { _extensions?: Record<string, Extension | undefined> })
    ._extensions
  const compile = extensions?.['.js']
  if (extensions === undefined || compile === undefined) return
  for (const extension of ['.js', '.cjs']) {
    const original = extensions[extension] ?? compile
    extensions[extension] = function (this: unknown, module, file) {
      const result: unknown = Reflect.apply(original, this, [module, file])
      requiredFile(file, module)
      return result
    }
  }
}
