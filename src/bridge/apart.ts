import { processWide } from '../runtime/registry.ts'

interface State {
  apart: boolean
}

let known: State | undefined

function state(): State {
  known ??= processWide('apart', () => ({ apart: false }))
  return known
}

/**
 * Whether turnspan keeps to itself although it is configured to share, because it cannot attach to the provider that the
 * application registered: its spans are seen by nobody then, and it sees those of nobody.
 */
export function isApart(): boolean {
  return state().apart
}

export function setApart(apart: boolean): void {
  state().apart = apart
}
