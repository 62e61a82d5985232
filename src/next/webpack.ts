import { webpackRule } from '../bundler/webpack.ts'

/** The function `webpack` of Next's configuration. */
export type WebpackFunction = (config: WebpackSettings, context: WebpackContext) => unknown

/** What it gets: the configuration that Next made. */
export interface WebpackSettings {
  readonly module?: { readonly rules?: unknown[] }
}

/** For which of the compilations it is called. */
export interface WebpackContext {
  readonly isServer?: boolean
  readonly nextRuntime?: string
}

/** `own`, and after it the rule for the packages that are traced, in compilations for the server. */
export function withWebpackRule(
  own: WebpackFunction | null | undefined,
  integrations: readonly string[] | undefined,
): WebpackFunction {
  return function turnspanWebpack(this: unknown, settings, context) {
    const made: unknown = own ? Reflect.apply(own, this, [settings, context]) : settings
    if (context.isServer !== true) return made
    const handOver = context.nextRuntime === 'edge' ? 'name' : 'exports'
    const rules = (made as WebpackSettings | undefined)?.module?.rules
    if (Array.isArray(rules)) rules.push(webpackRule({ integrations }, handOver))
    return made
  }
}
