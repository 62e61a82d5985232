import type { Context, ContextManager } from '@opentelemetry/api'
import { apiGlobals, offeredContexts } from './otel-context.ts'
import { processWide } from './registry.ts'

/**
 * Says which context holds for the running code in place of `active`, which the context manager has for it; `undefined`
 * leaves it as it is. Called for every look at the active context: it must be quick and must not throw.
 */
export type ActiveSource = (active: Context) => Context | undefined

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

/** Sees to it that the manager which stands now asks the sources; costs next to nothing when it does already. */
export function askSources(): void {
  const { sources, changed } = state()
  const manager = apiGlobals()?.context
  if (sources.size === 0 || manager === undefined || changed.has(manager)) return
  changed.add(manager)
  change(manager)
}

/**
 * In place, as the manager is the application's. It asks as long as our own contexts are offered, which is as long as
 * either side may see the other; ours ask by themselves.
 */
function change(manager: ContextManager): void {
  const { active } = manager
  manager.active = function (this: unknown): Context {
    const found = Reflect.apply(active, this, []) as Context
    return offeredContexts().manager === undefined ? found : answered(found)
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
