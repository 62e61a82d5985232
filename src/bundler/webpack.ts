import { dirname, join } from 'node:path'
import { ownFile } from '../runtime/own-file.ts'
import type { HandOver } from './hand-over.ts'
import type { LoaderOptions } from './loader.ts'
import { type BundlerPluginOptions, checkPluginOptions } from './options.ts'
import { bundledFile } from './own-imports.ts'
import { createRecogniser } from './recognise.ts'

/** The slice of the plugin interface of webpack and Rspack that is used here. */
export interface WebpackPlugin {
  apply(compiler: WebpackCompiler): void
}

/** What webpack gives a plugin. */
export interface WebpackCompiler {
  readonly options: {
    readonly module: { rules: unknown[] }
    readonly resolve: { alias?: unknown; conditionNames?: unknown }
  }
}

/** A rule of `module.rules`. */
export interface WebpackRule {
  readonly test: (path: string) => boolean
  readonly sideEffects: true
  readonly enforce: 'post'
  readonly use: readonly { readonly loader: string; readonly options: LoaderOptions }[]
}

/**
 * Plugin for webpack and Rspack: it makes the packages that turnspan traces register their bundled copies with
 * turnspan, so that `init` traces them like those in `node_modules`.
 *
 * @example
 * export default { target: 'node', entry: './app.js', plugins: [turnspanWebpackPlugin()] }
 */
export function turnspanWebpackPlugin(options: BundlerPluginOptions = {}): WebpackPlugin {
  checkPluginOptions('turnspanWebpackPlugin', options)
  return {
    apply({ options: { module, resolve } }) {
      module.rules.push(webpackRule(options, 'bundled'))
      embedOwnFiles(resolve)
    },
  }
}

/** The rule of webpack that appends the hand-over to the modules that are traced, and to nothing else. */
export function webpackRule({ integrations }: BundlerPluginOptions, handOver: HandOver): WebpackRule {
  const recognise = createRecogniser(integrations)
  return {
    test: (path) => recognise(path) !== undefined,
    // Packages that say they have none would lose the line with the hand-over.
    sideEffects: true,
    enforce: 'post',
    use: [{ loader: loaderFile(), options: { integrations, handOver } }],
  }
}

/** The loader of webpack, Rspack and Turbopack, as a file. */
export const loaderFile = (): string => join(dirname(ownFile()), 'turnspan-loader.cjs')

/** For configurations whose conditions leave out `module`, by which turnspan knows that it is bundled. */
function embedOwnFiles(resolve: { alias?: unknown; conditionNames?: unknown }): void {
  const { conditionNames, alias } = resolve
  if (!Array.isArray(conditionNames) || conditionNames.includes('module') || conditionNames.includes('...'))
    return
  if (typeof alias !== 'object' || alias === null || Array.isArray(alias)) return
  const own = dirname(ownFile())
  const importer = join(own, 'index.js')
  resolve.alias = {
    ...alias,
    '#exit-worker$': bundledFile('#exit-worker', importer, own),
    '#otel-api$': bundledFile('#otel-api', importer, own),
  }
}
