/**
 * The one door to `globalThis`. An application can load two copies of this package (ESM and CommonJS, or two
 * versions in one tree); state that must exist once per process lives here, under a symbol that every copy of
 * the same state layout resolves to the same slot.
 */
const SLOT: unique symbol = Symbol.for('turnspan.state.1')

type Slots = Map<string, unknown>

function slots(): Slots {
  const host = globalThis as { [SLOT]?: Slots }
  host[SLOT] ??= new Map()
  return host[SLOT]
}

/** The process-wide value named `name`, made by `create` when the first copy of the package asks for it. */
export function processWide<T>(name: string, create: () => T): T {
  const all = slots()
  if (!all.has(name)) all.set(name, create())
  return all.get(name) as T
}

/** Reads what another library keeps on `globalThis` under the registered symbol `name`. */
export function globalSlot<T>(name: string): () => T | undefined {
  const slot = Symbol.for(name)
  return () => (globalThis as Record<symbol, unknown>)[slot] as T | undefined
}

const OTEL_API: unique symbol = Symbol.for('opentelemetry.js.api.1')

/**
 * What OpenTelemetry's API keeps on `globalThis`. Not by {@link globalSlot}, whose one place in the code reads many names:
 * this is asked several times for each span.
 */
export const otelApiSlot = (): unknown => (globalThis as { readonly [OTEL_API]?: unknown })[OTEL_API]

/**
 * Reads the global `name` as it is defined now, later: what it gives may be made when it is read, and somebody may have
 * put something else in its place by then.
 */
export function lateGlobal<T>(name: string): () => T | undefined {
  const defined = Object.getOwnPropertyDescriptor(globalThis, name)
  if (defined === undefined) return () => (globalThis as Record<string, unknown>)[name] as T | undefined
  return () => (defined.get === undefined ? defined.value : Reflect.apply(defined.get, globalThis, []))
}

/** What a library keeps on `globalThis` as the property `name`, for others to read and to write. */
export function globalProperty<T>(name: string): { get(): T | undefined; set(value: T | undefined): void } {
  const host = globalThis as Record<string, unknown>
  return {
    get: () => host[name] as T | undefined,
    set(value) {
      if (value === undefined) delete host[name]
      else host[name] = value
    },
  }
}

/** The list that anybody may put something on, under the registered symbol `name`, before or after it is looked at. */
export function globalList<T = unknown>(name: string): T[] {
  const host = globalThis as Record<symbol, unknown>
  const slot = Symbol.for(name)
  const there = host[slot]
  if (Array.isArray(there)) return there as T[]
  const made: T[] = []
  host[slot] = made
  return made
}
