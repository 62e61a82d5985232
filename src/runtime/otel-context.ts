import type { Context, ContextManager, MeterProvider, TextMapPropagator } from '@opentelemetry/api'
import { otelApiSlot, processWide } from './registry.ts'

// Why not by the functions of @opentelemetry/api: docs/decisions/0010-no-api-at-import.md.

/** What every copy of `@opentelemetry/api` 1.x in the process keeps what was registered in. */
export interface ApiGlobals {
  readonly version?: string
  readonly trace?: unknown
  readonly context?: ContextManager
  readonly propagation?: TextMapPropagator
  readonly metrics?: MeterProvider
}

/** What has been registered with OpenTelemetry's API, by whichever copy; `undefined` before the first registration. */
export const apiGlobals = (): ApiGlobals | undefined => otelApiSlot() as ApiGlobals | undefined

/** The key that every copy of the API makes of `description`. */
export function createContextKey(description: string): symbol {
  return Symbol.for(description)
}

const EMPTY: ReadonlyMap<symbol, unknown> = new Map()

/** A context that holds `values`; it never changes. */
function contextWith(values: ReadonlyMap<symbol, unknown>): Context {
  return {
    getValue: (key) => values.get(key),
    setValue: (key, value) => contextWith(new Map(values).set(key, value)),
    deleteValue(key) {
      const fewer = new Map(values)
      fewer.delete(key)
      return contextWith(fewer)
    },
  }
}

/** The context of code that nobody gave one. */
export const ROOT_CONTEXT: Context = contextWith(EMPTY)

/** Our own contexts, where we have put them in the place that nobody has taken; see `async-context.ts`. */
export interface OfferedContexts {
  manager: ContextManager | undefined
}

let known: OfferedContexts | undefined

export function offeredContexts(): OfferedContexts {
  known ??= processWide('offered-contexts', (): OfferedContexts => ({ manager: undefined }))
  return known
}

/** The contexts that the whole application shares, as OpenTelemetry's API gives them to everybody. */
export const context: {
  active(): Context
  with<T>(active: Context, fn: () => T): T
} = {
  active: () => (apiGlobals()?.context ?? offeredContexts().manager)?.active() ?? ROOT_CONTEXT,
  with(active, fn) {
    const manager = apiGlobals()?.context ?? offeredContexts().manager
    return manager === undefined ? fn() : manager.with(active, fn)
  },
}
