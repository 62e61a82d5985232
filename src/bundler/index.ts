/**
 * Plugins for bundlers: they make the packages that turnspan traces register themselves, so that a bundled application
 * is traced without a change to its code: `turnspan/bundler`.
 *
 * @packageDocumentation
 */
export {
  type EsbuildBuild,
  type EsbuildContents,
  type EsbuildImport,
  type EsbuildPath,
  type EsbuildPlugin,
  type EsbuildResolved,
  turnspanEsbuildPlugin,
} from './esbuild.ts'
export type { BundlerPluginOptions } from './options.ts'
export { type RollupModule, type RollupPlugin, turnspanRollupPlugin, turnspanVitePlugin } from './rollup.ts'
export { turnspanWebpackPlugin, type WebpackCompiler, type WebpackPlugin } from './webpack.ts'
