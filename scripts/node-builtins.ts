import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The slice of esbuild's plugin interface that is used here. */
interface Build {
  readonly initialOptions: { readonly define?: Readonly<Record<string, string>> }
  onResolve(
    options: { filter: RegExp },
    callback: (found: {
      path: string
      kind: string
      importer: string
    }) => { path: string; namespace: string; sideEffects: boolean } | undefined,
  ): void
  onLoad(
    options: { filter: RegExp; namespace: string },
    callback: (found: { path: string }) => { contents: string },
  ): void
}

const IMPORT = /^import \{([^}]*)\} from '(node:[^']+)'/gm
const SOURCES = join(process.cwd(), 'src')

/** What our own sources import from Node's modules. */
interface Imports {
  /** The names, by module. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>
  /** Whether `file` imports nothing but names from `module`. */
  namesOnly(file: string, module: string): boolean
}

function readImports(): Imports {
  const names = new Map<string, Set<string>>()
  const pairs = new Set<string>()
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const file = join(SOURCES, name)
    for (const [, list = '', module = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const imported = list.split(',').map((one) => one.trim().replace(/ as .*/, ''))
      const all = names.get(module) ?? new Set()
      for (const one of imported) if (one !== '' && !one.startsWith('type ')) all.add(one)
      names.set(module, all)
      pairs.add(`${file} ${module}`)
    }
  }
  return { names, namesOnly: (file, module) => pairs.has(`${file} ${module}`) }
}

/** Modules that every process has loaded before it runs anything. */
const LOADED = [
  'node:async_hooks',
  'node:events',
  'node:fs',
  'node:path',
  'node:timers/promises',
  'node:url',
  'node:util',
]

/** A module with the exports `names` of Node's module `path`; the functions of one that must be loaded load it when called. */
function substitute(path: string, names: Iterable<string>): string {
  const given = process.getBuiltinModule(path) as Readonly<Record<string, unknown>>
  const waits = (name: string): boolean =>
    !LOADED.includes(path) && typeof given[name] === 'function' && /^[a-z]/.test(name)
  const module = `process.getBuiltinModule('${path}')`
  // Where there is no Node, importing this package must not fail: what is missing is said by `init`.
  const found = `globalThis.process?.getBuiltinModule?.('${path}') ?? {}`
  const exported = [...names].map((name) =>
    waits(name)
      ? `export const ${name} = (...args) => ${module}.${name}(...args)`
      : `export const ${name} = m.${name}`,
  )
  return [...([...names].every(waits) ? [] : [`const m = ${found}`]), ...exported].join('\n')
}

/**
 * In ES modules, our own imports from Node's modules become reads from what `process.getBuiltinModule` gives. An
 * `import` of such a module reads everything that it exports, and so loads what hardly anybody needs: streams with
 * `node:fs`, a parser of source maps with `node:module`. That, and modules that are needed late or never, was a third
 * of the CPU time of importing this package.
 */
export const nodeBuiltins = {
  name: 'node-builtins',
  setup(build: Build): void {
    if (build.initialOptions.define?.['import.meta.url'] === 'undefined') return
    const { names, namesOnly } = readImports()
    build.onResolve({ filter: /^node:/ }, ({ path, kind, importer }) =>
      kind === 'import-statement' && namesOnly(importer, path)
        ? { path, namespace: 'builtin', sideEffects: false }
        : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: substitute(path, names.get(path) ?? []),
    }))
  },
}
