/**
 * `turnspan/next` in the Edge runtime, where there is neither the async context nor the network of Node.js: its
 * functions do nothing. A traced package that is loaded there is said, once.
 *
 * @packageDocumentation
 */
import type { InitOptions } from '../config/options.ts'
import type { NextPluginOptions } from '../next/with-turnspan.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { globalList } from '../runtime/registry.ts'
import { type Status, statusOff } from '../setup/status.ts'
import { REASON } from './runtime.ts'

interface HandedOver {
  readonly package: string
}

export async function registerTurnspan(_options?: InitOptions): Promise<Status> {
  await register()
  return statusOff(REASON)
}

/** Says which traced packages are used where they cannot be traced. */
export async function register(): Promise<void> {
  const modules = globalList<HandedOver>('turnspan.modules.1')
  const before = modules.splice(0)
  modules.push = (...handed) => {
    say(handed)
    return 0
  }
  say(before)
}

function say(handed: readonly HandedOver[]): void {
  for (const { package: name } of handed) {
    const message = `"${name}" is used in the Edge runtime, where turnspan traces nothing. Remove "runtime = 'edge'" from its route, and its calls are traced.`
    diagnoseOnce('warn', 'TS_NEXT_EDGE', message, { package: name }, name)
  }
}

/** The configuration is loaded by Node.js; this one is never called. */
export const withTurnspan = <Config>(config: Config = {} as Config, _options?: NextPluginOptions): Config =>
  config
