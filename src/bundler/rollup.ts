import { dirname } from 'node:path'
import { ownFile } from '../runtime/own-file.ts'
import { withLine } from './hand-over.ts'
import { type BundlerPluginOptions, checkPluginOptions } from './options.ts'
import { bundledFile } from './own-imports.ts'
import { createRecogniser } from './recognise.ts'

/** The slice of the plugin interface of Rollup, Rolldown and Vite that is used here. */
export interface RollupPlugin {
  readonly name: string
  /** For Vite: runs before Vite's own plugins. */
  readonly enforce: 'pre'
  readonly resolveId: {
    readonly order: 'pre'
    handler(source: string, importer: string | undefined): string | null
  }
  readonly transform: {
    readonly order: 'pre'
    handler(code: string, id: string, options?: { readonly ssr?: boolean | undefined }): RollupModule | null
  }
}

/** What becomes of a module. */
export interface RollupModule {
  code: string
  /** Lines that were there stay where they were. */
  map: null
  moduleSideEffects: true
}

/**
 * Plugin for Rollup and Rolldown: it makes the packages that turnspan traces register their bundled copies with
 * turnspan, so that `init` traces them like those in `node_modules`. List it before the plugin that converts CommonJS
 * to ES modules.
 *
 * @example
 * export default { input: 'app.js', plugins: [turnspanRollupPlugin(), nodeResolve(), commonjs()] }
 */
export function turnspanRollupPlugin(options: BundlerPluginOptions = {}): RollupPlugin {
  checkPluginOptions('turnspanRollupPlugin', options)
  const recognise = createRecogniser(options.integrations)
  return {
    name: 'turnspan',
    enforce: 'pre',
    resolveId: {
      order: 'pre',
      handler(source, importer) {
        if (importer === undefined || !source.startsWith('#')) return null
        return bundledFile(source, importer, dirname(ownFile())) ?? null
      },
    },
    transform: {
      order: 'pre',
      handler(code, id, where) {
        // What Vite builds for the browser.
        if (where?.ssr === false) return null
        const path = id.replace(/[?#].*$/, '')
        const file = recognise(path)
        if (file === undefined) return null
        return {
          code: withLine(file, path, code, 'bundled'),
          map: null,
          moduleSideEffects: true,
        }
      },
    },
  }
}

/**
 * Plugin for Vite: it does what {@link turnspanRollupPlugin} does, for server builds only. Packages that Vite leaves
 * out of the bundle need no plugin.
 *
 * @example
 * export default defineConfig({ plugins: [turnspanVitePlugin()] })
 */
export function turnspanVitePlugin(options: BundlerPluginOptions = {}): RollupPlugin {
  return turnspanRollupPlugin(options)
}
