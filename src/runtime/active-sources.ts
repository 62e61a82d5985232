import type { Context } from '@opentelemetry/api'
import { apiGlobals } from './otel-context.ts'
import { processWide } from './registry.ts'

/**
 * Says which context holds for the running code in place of `active`, which the context manager has for it; `undefined`
 * leaves it as it is. Called for every look at the active context: it must be quick and must not throw.
 */
export type ActiveSource = (active: Context) => Context | undefined

/** Whatever tells the active context: a context manager, or our own contexts. */
interface Teller {
  active(): Context
}

interface State {
  readonly sources: Set<ActiveSource>
  readonly changed: WeakSet<object>
  /** While the plain context is asked for. */
  off: boolean
}

const state = (): State =>
  processWide('active-sources', (): State => ({ sources: new Set(), changed: new WeakSet(), off: false }))

/**
 * Lets `source` answer for the active context. Frameworks that only report what they do keep the running step in a
 * place of their own; so what starts inside a step, whoever starts it, finds that step as its parent.
 *
 * @returns takes it away again
 */
export function addActiveSource(source: ActiveSource): () => void {
  state().sources.add(source)
  askSources()
  return () => void state().sources.delete(source)
}

/** Sees to it that the managers which stand now ask the sources; costs next to nothing when they do already. */
export function askSources(): void {
  const { sources, changed } = state()
  if (sources.size === 0) return
  const { manager } = processWide('stand-in-contexts', (): { manager: Teller | undefined } => ({
    manager: undefined,
  }))
  for (const teller of [apiGlobals()?.context, manager]) {
    if (teller === undefined || changed.has(teller)) continue
    changed.add(teller)
    change(teller)
  }
}

/** In place, so that it holds for the application's own manager as well as for ours. */
function change(teller: Teller): void {
  const { active } = teller
  teller.active = function (this: unknown): Context {
    const found = Reflect.apply(active, this, []) as Context
    const current = state()
    if (current.off || current.sources.size === 0) return found
    for (const source of current.sources) {
      const other = source(found)
      if (other !== undefined) return other
    }
    return found
  }
}

/** What `look` gives when no source is asked. */
export function withoutSources<T>(look: () => T): T {
  const current = state()
  const before = current.off
  current.off = true
  try {
    return look()
  } finally {
    current.off = before
  }
}
