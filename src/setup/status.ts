import type { Config, Protocol } from '../config/config.ts'
import { describeTarget } from '../config/describe.ts'
import type { InstrumentationState } from './instrumentation-states.ts'

/** The result of `init`. */
export interface Status {
  /** Whether anything is traced. */
  readonly enabled: boolean
  /** Why nothing is traced, or what was corrected in the configuration. */
  readonly reason?: string
  /** Where spans go: the URL of the first target, without credentials. */
  readonly target?: string
  readonly protocol?: Protocol
  /** What is known of the MLflow experiment; the rest is looked up in the background. */
  readonly experiment?: { readonly id?: string; readonly name?: string }
  /** Whether inputs, outputs and error text are recorded. */
  readonly captureContent: boolean
  /**
   * What each integration does with each copy of its packages, as `init` found it; `instrumentations()` returns it at
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
