import type { Config } from '../config/config.ts'
import { environment } from '../config/environment.ts'
import { OPTION_ACCEPTS } from '../config/option-names.ts'
import type { InitOptions } from '../config/options.ts'
import { resolveConfig } from '../config/resolve.ts'
import { diagnose } from '../runtime/diagnostics.ts'
import { ConfigError } from '../runtime/errors.ts'

/**
 * The configuration of `options` and environment; none when nothing is configured. A bad option throws, since a person
 * wrote it in code; a bad variable only warns, since somebody else may have set it.
 *
 * @throws ConfigError
 */
export function strictConfig(options: InitOptions | undefined): Config | undefined {
  const { config, problems } = resolveConfig(options, environment())
  for (const { name, message } of problems) {
    const option = name.replace(/[.[].*$/, '')
    if (option === 'options' || option in OPTION_ACCEPTS || (options && option in options)) {
      throw new ConfigError(name, message)
    }
    diagnose('warn', 'TS_CONFIG_INVALID', message, { name }, name)
  }
  return config
}
