import type { Config, ConfigProblem, Resolved, TargetConfig } from '../../src/config/config.ts'
import type { InitOptions } from '../../src/config/options.ts'
import { type ResolveTools, resolveConfig } from '../../src/config/resolve.ts'

export type Env = Readonly<Record<string, string>>

/** A tracking server, so that there is something to configure. */
export const SERVER: Env = { MLFLOW_TRACKING_URI: 'http://mlflow:5000' }

export function resolved(env: Env = {}, options: unknown = {}, tools?: ResolveTools): Resolved {
  return resolveConfig(options as InitOptions, env, tools)
}

/** The configuration of a tracking server with `env` and `options` on top. */
export function configOf(env: Env = {}, options: unknown = {}, tools?: ResolveTools): Config {
  const { config, off, problems } = resolved({ ...SERVER, ...env }, options, tools)
  if (!config) throw new Error(`off: ${off?.reason} ${JSON.stringify(problems)}`)
  return config
}

/** The only target of exactly `env` and `options`. */
export function targetOf(env: Env, options: unknown = {}, tools?: ResolveTools): TargetConfig {
  const { config, off } = resolved(env, options, tools)
  const [target, ...more] = config?.targets ?? []
  if (!target || more.length > 0) throw new Error(`${config?.targets.length} targets, off: ${off?.reason}`)
  return target
}

export function namesOf(problems: readonly ConfigProblem[]): string[] {
  return problems.map(({ name }) => name)
}

/** A `readFile` of the given files; any other path fails as a missing file does. */
export function files(contents: Readonly<Record<string, string>>): ResolveTools {
  return {
    readFile: (path) => {
      const text = contents[path]
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
      return text
    },
  }
}
