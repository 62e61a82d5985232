import type { InitOptions } from '../config/options.ts'
import { processWide } from '../runtime/registry.ts'
import { applyInstrumentations } from './instrumentations.ts'

/** Which integrations somebody wants, as {@link applyInstrumentations} takes it. */
export type Wanted = 'auto' | false | readonly unknown[]

/** A capture of a test, which wants to see what integrations record. */
interface Hold {
  readonly wanted: Wanted
  /** Whether it was asked for in words: then it goes before what `init` was told. */
  readonly asked: boolean
}

interface State {
  /** Of the configuration in use; `undefined` where nothing is traced. */
  configured: Wanted | undefined
  /** What `init` was last told, also where it had nothing to send to. */
  told: InitOptions['instrumentations']
  readonly holds: Hold[]
}

const state = (): State =>
  processWide('wanted instrumentations', (): State => ({ configured: undefined, told: undefined, holds: [] }))

function settle(): void {
  const { configured, holds } = state()
  const asked = holds.findLast((hold) => hold.asked)
  applyInstrumentations(asked?.wanted ?? configured ?? holds.at(-1)?.wanted ?? false)
}

/** Switches integrations as a configuration wants it; `undefined` where there is none any more. */
export function configureInstrumentations(wanted: Wanted | undefined): void {
  state().configured = wanted
  settle()
}

/** Remembers what `init` was told, for captures: it counts for them where nothing is configured to send to. */
export function rememberInstrumentations(told: InitOptions['instrumentations']): void {
  state().told = told
}

/** What `init` was last told. */
export const toldInstrumentations = (): InitOptions['instrumentations'] => state().told

/**
 * Switches integrations on although nothing may be configured.
 *
 * @param asked - whether `wanted` goes before what a configuration says
 * @returns takes the wish back
 */
export function holdInstrumentations(wanted: Wanted, asked: boolean): () => void {
  const { holds } = state()
  const hold: Hold = { wanted, asked }
  holds.push(hold)
  settle()
  return () => {
    const index = holds.indexOf(hold)
    if (index < 0) return
    holds.splice(index, 1)
    settle()
  }
}
