import type { InitOptions } from '../config/options.ts'
import type { Status } from '../setup/status.ts'

/**
 * Starts tracing in the Next.js server before it answers its first request; call it in the file `instrumentation.ts`.
 * It does what `init` does, and also traces the packages that Next has bundled. In the Edge runtime it does nothing.
 *
 * @param options - those of `init`; what is left out comes from the environment
 * @returns the status that `init` returns
 * @example
 * export const register = () => registerTurnspan({ serviceName: 'shop' })
 */
export async function registerTurnspan(options?: InitOptions): Promise<Status> {
  const { start } = await import('./start.ts')
  return start(options)
}

/**
 * {@link registerTurnspan} without options: all that `instrumentation.ts` needs where the environment configures
 * turnspan.
 *
 * @example
 * export { register } from 'turnspan/next'
 */
export async function register(): Promise<void> {
  await registerTurnspan()
}
