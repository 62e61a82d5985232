import { globalProperty } from './registry.ts'

interface Host {
  readonly getBuiltinModule?: (name: string) => object | undefined
}

const host: { get(): Host | undefined } = globalProperty<Host>('process')
const buffer: { get(): unknown } = globalProperty('Buffer')

/** What tracing needs and this runtime does not have; `undefined` where everything is there. */
export function missingHere(): string | undefined {
  const load = host.get()?.getBuiltinModule
  if (typeof load !== 'function') return 'process.getBuiltinModule'
  if (typeof buffer.get() !== 'function') return 'Buffer'
  const needed = ['node:async_hooks', 'node:fs', 'node:util'].find((name) => load(name) === undefined)
  return needed
}

/** The same as a sentence that says what to do. */
export const saysMissing = (missing: string): string =>
  `this runtime has no ${missing}, which tracing needs. Tracing works on Node.js 20.19 or newer, Bun, Deno, and Cloudflare Workers with the compatibility flag nodejs_compat`
