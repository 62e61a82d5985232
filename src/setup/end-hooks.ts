import { processWide } from '../runtime/registry.ts'
import type { Pipeline } from '../tracer/pipeline.ts'

/** What other threads have to do with the end of this one, or with a flush. */
export interface EndHooks {
  /** Called before it is asked what there is to deliver. */
  collect(): void
  /** Those that deliver for workers. */
  guests(): readonly Pipeline[]
}

const NONE: EndHooks = { collect() {}, guests: () => [] }

/** The hooks of this thread; there are none before other threads have to do with it. */
export const endHooks = (): EndHooks => state().hooks

export function hookEnds(hooks: Partial<EndHooks>): void {
  state().hooks = { ...NONE, ...hooks }
}

const state = (): { hooks: EndHooks } => processWide('end-hooks', () => ({ hooks: NONE }))
