/**
 * Traces a Next.js application: `withTurnspan` for `next.config`, `register` for `instrumentation`: `turnspan/next`.
 *
 * @packageDocumentation
 */
export type { InitOptions } from '../config/options.ts'
export type { Status } from '../setup/status.ts'
export { register, registerTurnspan } from './register.ts'
export { type NextPluginOptions, withTurnspan } from './with-turnspan.ts'
