import { processWide } from './registry.ts'

/** The parts of OpenTelemetry's API that cannot be done without a loaded copy of it. */
type Parts = typeof import('@opentelemetry/api')
export type Api = Pick<Parts, 'context' | 'trace'> & Partial<Pick<Parts, 'propagation'>>

/** Hears of a copy of the API. */
type TakeCopy = (copy: Api) => void

interface Copies {
  /** By their trace API, of which each copy has one, however its exports were come by. */
  readonly known: Map<object, Api>
  readonly takers: Map<string, TakeCopy>
}

let found: Copies | undefined

function copies(): Copies {
  found ??= processWide('api-copies', (): Copies => ({ known: new Map(), takers: new Map() }))
  return found
}

/**
 * Takes note of a copy of OpenTelemetry's API that the process has loaded: each format of version 1.10 is one, and each
 * folder that has another version.
 *
 * @param exports - what `import * as api` or `require` gives
 * @returns whether it is one, and was not known
 */
export function addApiCopy(exports: unknown): boolean {
  const copy = copyOf(exports) ?? copyOf((exports as { default?: unknown } | undefined)?.default)
  const { known, takers } = copies()
  if (copy === undefined || known.has(copy.trace)) return false
  known.set(copy.trace, copy)
  for (const take of takers.values()) take(copy)
  return true
}

function copyOf(exports: unknown): Api | undefined {
  if (typeof exports !== 'object' || exports === null) return undefined
  const { trace, context, propagation } = exports as Partial<Api>
  const isApi = typeof trace?.getTracerProvider === 'function' && typeof context?.active === 'function'
  return isApi ? ({ trace, context, ...(propagation && { propagation }) } as Api) : undefined
}

/** The copies that are known now. */
export function apiCopies(): Iterable<Api> {
  return copies().known.values()
}

/** How many copies are known now. */
export function apiCopyCount(): number {
  return copies().known.size
}

/**
 * Calls `take` with each copy that is known, and with each that becomes known later.
 *
 * @param name - of what is done with them; of two with one name, the first one counts
 * @returns stops that
 */
export function forEachApiCopy(name: string, take: TakeCopy): () => void {
  const { known, takers } = copies()
  if (!takers.has(name)) {
    takers.set(name, take)
    for (const copy of [...known.values()]) take(copy)
  }
  return () => {
    if (takers.get(name) === take) takers.delete(name)
  }
}
