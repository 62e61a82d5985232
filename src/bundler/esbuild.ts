import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KNOWN_INTEGRATIONS } from '../modules/known-packages.ts'
import { ownFile } from '../runtime/own-file.ts'
import { withLine } from './hand-over.ts'
import { type BundlerPluginOptions, checkPluginOptions } from './options.ts'
import { bundledFile, OWN_IMPORTS } from './own-imports.ts'
import { createRecogniser, INSTALLED } from './recognise.ts'

/** The slice of esbuild's plugin interface that is used here. */
export interface EsbuildPlugin {
  readonly name: string
  setup(build: EsbuildBuild): void
}

/** What esbuild gives a plugin. */
export interface EsbuildBuild {
  resolve(
    path: string,
    options: {
      importer: string
      resolveDir: string
      kind: never
      namespace: string
      pluginData: unknown
    },
  ): Promise<EsbuildResolved>
  onResolve(
    options: { filter: RegExp },
    callback: (found: EsbuildImport) => EsbuildPath | undefined | Promise<EsbuildPath | undefined>,
  ): void
  onLoad(
    options: { filter: RegExp; namespace?: string },
    callback: (found: { path: string }) => Promise<EsbuildContents | undefined>,
  ): void
}

/** An import that esbuild met. */
export interface EsbuildImport {
  readonly path: string
  readonly importer: string
  readonly namespace: string
  readonly resolveDir: string
  readonly kind: string
  readonly pluginData?: unknown
}

/** What an import leads to. */
export interface EsbuildPath {
  path: string
  namespace?: string
  suffix?: string
  sideEffects?: boolean
}

/** What an import would lead to. */
export interface EsbuildResolved extends EsbuildPath {
  readonly errors: readonly unknown[]
  readonly external: boolean
}

/** The text of a module. */
export interface EsbuildContents {
  contents: string
  loader: 'js'
  resolveDir: string
}

const ASKED: unique symbol = Symbol('turnspan asks')

/**
 * Plugin for esbuild: it makes the packages that turnspan traces register their bundled copies with turnspan, so that
 * `init` traces them like those in `node_modules`. List it before plugins that load these packages' files.
 *
 * @example
 * await build({ entryPoints: ['app.ts'], bundle: true, platform: 'node', plugins: [turnspanEsbuildPlugin()] })
 */
export function turnspanEsbuildPlugin(options: BundlerPluginOptions = {}): EsbuildPlugin {
  checkPluginOptions('turnspanEsbuildPlugin', options)
  const recognise = createRecogniser(options.integrations)
  return {
    name: 'turnspan',
    setup(build) {
      keepEntries(build, (path) => recognise(path) !== undefined)
      build.onResolve({ filter: OWN_IMPORTS }, ({ path, importer }) => {
        const file = bundledFile(path, importer, dirname(ownFile()))
        return file === undefined ? undefined : { path: file }
      })
      build.onLoad({ filter: INSTALLED, namespace: 'file' }, async ({ path }) => {
        const file = recognise(path)
        if (file === undefined) return undefined
        const source = await readFile(path, 'utf8')
        const contents = withLine(file, path, source, 'bundled')
        return { contents, loader: 'js', resolveDir: dirname(path) }
      })
    },
  }
}

/** Packages that say they have no side effects would lose the line with the hand-over. */
function keepEntries(build: EsbuildBuild, isEntry: (path: string) => boolean): void {
  const names = KNOWN_INTEGRATIONS.flatMap(({ packages }) =>
    packages.map((one) => one.name.replaceAll('/', '\\/')),
  ).join('|')
  build.onResolve({ filter: new RegExp(`^(${names})($|\\/)`) }, async (found) => {
    if (found.pluginData === ASKED) return undefined
    const { path, importer, resolveDir, kind, namespace } = found
    const resolved = await build.resolve(path, {
      importer,
      resolveDir,
      namespace,
      kind: kind as never,
      pluginData: ASKED,
    })
    // Whatever is wrong with it, esbuild says better itself.
    if (resolved.errors.length > 0 || resolved.external || !isEntry(resolved.path)) return undefined
    return {
      path: resolved.path,
      namespace: resolved.namespace ?? 'file',
      suffix: resolved.suffix ?? '',
      sideEffects: true,
    }
  })
}
