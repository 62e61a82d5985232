/**
 * `turnspan/bundler` where there is no Node, and so no bundler: plugins that do nothing.
 *
 * @packageDocumentation
 */
import type { EsbuildPlugin } from '../bundler/esbuild.ts'
import type { BundlerPluginOptions } from '../bundler/options.ts'
import type { RollupPlugin } from '../bundler/rollup.ts'
import type { WebpackPlugin } from '../bundler/webpack.ts'
import { sayNotHere } from './runtime.ts'

export function turnspanEsbuildPlugin(_options?: BundlerPluginOptions): EsbuildPlugin {
  sayNotHere('turnspanEsbuildPlugin()')
  return { name: 'turnspan', setup() {} }
}

export function turnspanWebpackPlugin(_options?: BundlerPluginOptions): WebpackPlugin {
  sayNotHere('turnspanWebpackPlugin()')
  return { apply() {} }
}

export function turnspanRollupPlugin(_options?: BundlerPluginOptions): RollupPlugin {
  sayNotHere('turnspanRollupPlugin()')
  const nothing = { order: 'pre', handler: () => null } as const
  return { name: 'turnspan', enforce: 'pre', resolveId: nothing, transform: nothing }
}

export const turnspanVitePlugin: typeof turnspanRollupPlugin = turnspanRollupPlugin
