import { checkKeys, knownKeys } from '../config/known-keys.ts'

/** Options of all plugins. */
export interface BundlerPluginOptions {
  /**
   * Integrations whose packages register themselves, such as `['openai', 'mcp']`. Such a package stays in the bundle
   * with everything that it exports.
   *
   * @defaultValue all
   */
  readonly integrations?: readonly string[] | undefined
}

const KEYS: Readonly<Record<keyof BundlerPluginOptions, true>> = { integrations: true }

/** Says which options of the plugin `name` there are not. */
export function checkPluginOptions(name: string, options: BundlerPluginOptions): void {
  checkKeys(
    knownKeys(`${name}()`, KEYS, { packages: 'integrations', instrumentations: 'integrations' }),
    options,
  )
}
