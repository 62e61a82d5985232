import type { Config, Protocol } from '../config/config.ts'
import { describeTarget } from '../config/describe.ts'
import type { InstrumentationState } from './instrumentation-states.ts'

/** What `init` came to. */
export interface Status {
  /** Whether anything is traced. */
  readonly enabled: boolean
  /** Why nothing is traced, or what was put right on the way. */
  readonly reason?: string
  /** Where spans go: the URL of the first target, without credentials. */
  readonly target?: string
  readonly protocol?: Protocol
  /** What is known of MLflow's experiment; the rest is found in the background. */
  readonly experiment?: { readonly id?: string; readonly name?: string }
  /** Whether inputs, outputs and error text are recorded. */
  readonly captureContent: boolean
  /**
   * What each integration does with each copy of its packages, as `init` found them; `instrumentations()` tells it at
   * any later time.
   */
  readonly instrumentations: readonly InstrumentationState[]
}

export function statusOn(
  config: Config,
  problems: readonly { message: string }[],
  instrumentations: readonly InstrumentationState[],
): Status {
  const reason = problems.map((problem) => problem.message).join(' ')
  return Object.freeze({
    enabled: true,
    ...describeTarget(config),
    ...(reason !== '' && { reason }),
    captureContent: config.captureContent,
    instrumentations,
  })
}

export function statusOff(reason: string): Status {
  return Object.freeze({ enabled: false, reason, captureContent: false, instrumentations: [] })
}
