import { processWide } from '../runtime/registry.ts'

interface State {
  collect: () => void
}

const state = (): State => processWide('end-hooks', (): State => ({ collect: () => {} }))

/** Has `collect` called before it is asked, at an end, what there is to deliver. */
export function collectBefore(collect: () => void): void {
  state().collect = collect
}

/** Calls it. */
export const collectNow = (): void => state().collect()
