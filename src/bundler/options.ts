/** Options of all plugins. */
export interface BundlerPluginOptions {
  /**
   * Integrations whose packages are handed over: `['openai', 'mcp']`. A package that is handed over stays in the bundle
   * with all that it exports.
   *
   * @defaultValue all
   */
  readonly integrations?: readonly string[] | undefined
}
