import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { environment } from '../config/environment.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { nextMajor } from './next-version.ts'
import { type TurbopackSettings, withRules } from './turbopack.ts'
import { type WebpackFunction, withWebpackRule } from './webpack.ts'

/** Options of `withTurnspan`. */
export interface NextPluginOptions {
  /**
   * Integrations whose packages register themselves where Next bundles them, such as `['openai', 'ai']`.
   *
   * @defaultValue all
   */
  readonly integrations?: readonly string[] | undefined
}

/** The parts of Next's configuration that are added to. */
interface NextSettings {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly webpack?: WebpackFunction | null
  readonly turbopack?: TurbopackSettings
  readonly experimental?: { readonly turbo?: TurbopackSettings }
}

/**
 * Wraps the Next.js configuration: it makes the packages that turnspan traces register themselves where Next bundles
 * them, in server components, server actions and route handlers, with Turbopack and with webpack. The settings of the
 * configuration are kept. The file `instrumentation.ts` is needed as well.
 *
 * @param config - the configuration, a promise for it, or a function that returns one of these
 * @example
 * export default withTurnspan({ output: 'standalone' })
 */
export function withTurnspan<Config>(config: Config = {} as Config, options: NextPluginOptions = {}): Config {
  return wrapped(config, options) as Config
}

function wrapped(config: unknown, options: NextPluginOptions): unknown {
  if (typeof config === 'function') {
    return function turnspanConfig(this: unknown, ...args: unknown[]): unknown {
      return wrapped(Reflect.apply(config, this, args), options)
    }
  }
  if (isPromise(config)) return config.then((settled: unknown) => wrapped(settled, options))
  if (typeof config !== 'object' || config === null) return config
  missInstrumentation()
  return extended(config as NextSettings, options)
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'

function extended(config: NextSettings, { integrations }: NextPluginOptions): NextSettings {
  const { major, minor } = nextMajor()
  const webpack = withWebpackRule(config.webpack, integrations)
  const rest = { ...config, webpack, env: { ...config.env, TURNSPAN_NEXT_CONFIG: '1' } }
  if (major === 15 && minor < 3) {
    const { experimental } = config
    return {
      ...rest,
      experimental: { ...experimental, turbo: withRules(experimental?.turbo, integrations, 'conditions') },
    }
  }
  // Next stops a build by Turbopack that has settings for webpack alone, and must still see that it has.
  const stops = config.webpack && !config.turbopack && environment().TURBOPACK === 'auto'
  if (stops) return rest
  const style = major === 15 ? 'conditions' : 'condition'
  return { ...rest, turbopack: withRules(config.turbopack, integrations, style) }
}

const PLACES = ['.', 'src'].flatMap((folder) =>
  ['ts', 'js', 'mts', 'mjs', 'tsx', 'jsx'].map((extension) => join(folder, `instrumentation.${extension}`)),
)

/** Without that file nobody calls `init`, and nothing would say so. */
function missInstrumentation(): void {
  const folder = process.cwd()
  if (!existsSync(join(folder, 'package.json')) || PLACES.some((place) => existsSync(join(folder, place))))
    return
  diagnoseOnce(
    'warn',
    'TS_NEXT_NO_INSTRUMENTATION',
    'The Next.js application has no file "instrumentation.ts" next to its folder "app" or "pages", so nothing starts tracing. Create it with this line: export { register } from "turnspan/next"',
  )
}
