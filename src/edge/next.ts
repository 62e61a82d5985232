import type { InitOptions } from '../config/options.ts'
import { globalList } from '../runtime/registry.ts'
import type { Status } from '../setup/status.ts'

interface HandedOver {
  readonly package: string
}

/**
 * What `turnspan/next` is in the Edge runtime, where there is neither the async context nor the network of Node.js: its
 * functions do nothing. A traced package that is loaded there says so, once.
 */
export async function registerTurnspan(_options?: InitOptions): Promise<Status> {
  await register()
  return Object.freeze({
    enabled: false,
    reason: 'Nothing is traced in the Edge runtime of Next.js',
    captureContent: false,
    instrumentations: [],
  })
}

/** Does nothing but say which traced packages are used where they cannot be traced. */
export async function register(): Promise<void> {
  const modules = globalList<HandedOver>('turnspan.modules.1')
  const before = modules.splice(0)
  modules.push = (...handed) => {
    say(handed)
    return 0
  }
  say(before)
}

const CODE = 'TS_NEXT_EDGE'

const said: Set<string> = new Set()

function say(handed: readonly HandedOver[]): void {
  for (const { package: name } of handed) {
    if (said.has(name)) continue
    said.add(name)
    // biome-ignore lint/suspicious/noConsole: the Edge runtime has no other way to say something.
    console.warn(
      `[turnspan] ${CODE}: "${name}" is used in the Edge runtime, where turnspan traces nothing. Remove "runtime = 'edge'" from its route, and its calls are traced.`,
    )
  }
}

/** The configuration is loaded by Node.js; this one is never called. */
export function withTurnspan<Config>(config: Config): Config {
  return config
}
