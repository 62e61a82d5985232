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

/** The list that everybody finds on `globalThis` under the registered symbol `name`, made by whoever comes first. */
export function globalList<T>(name: string): T[] {
  const slot = Symbol.for(name)
  const host = globalThis as Record<symbol, unknown>
  host[slot] ??= []
  return host[slot] as T[]
}
