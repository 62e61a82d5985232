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

// The state never changes its place once it is made, and every look at the active context asks for it.
let known: State | undefined

function state(): State {
  known ??= processWide(
    'active-sources',
    (): State => ({ sources: new Set(), changed: new WeakSet(), off: false }),
  )
  return known
}

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
    return answered(Reflect.apply(active, this, []) as Context)
  }
}

/** The context that holds where `active` is what the async context has. */
export function answered(active: Context): Context {
  const { off, sources } = state()
  if (off || sources.size === 0) return active
  for (const source of sources) {
    const other = source(active)
    if (other !== undefined) return other
  }
  return active
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
