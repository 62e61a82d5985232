import { processWide } from '../runtime/registry.ts'
import type { LoadedModule } from './arrivals.ts'

/** What became of one copy of a package. */
export interface Outcome {
  /** The integration, as its subpath is called. */
  readonly integration: string
  readonly package: string
  readonly version?: string | undefined
  readonly file?: string | undefined
  readonly patched: boolean
  /** It is known, and was loaded before it could be patched. */
  readonly late: boolean
}

const outcomes = (): Map<string, Outcome> =>
  processWide('instrumentation-outcomes', () => new Map<string, Outcome>())

/**
 * Notes whether an integration knew a module that was handed over. Of several modules of one copy, one that it knew
 * counts.
 */
export function noteOutcome(integration: string, module: LoadedModule, patched: boolean, late = false): void {
  const { package: name, version, file } = module
  const key = `${integration} ${name} ${version} ${file ?? ''}`
  const before = outcomes().get(key)
  if (before?.patched) return
  outcomes().set(key, { integration, package: name, version, file, patched, late })
}

/** What has been noted since the last {@link forgetOutcomes}. */
export const notedOutcomes = (): readonly Outcome[] => [...outcomes().values()]

/** Forgets what was noted of an integration that is switched off. */
export function forgetOutcomes(integration: string): void {
  for (const [key, outcome] of outcomes()) if (outcome.integration === integration) outcomes().delete(key)
}
