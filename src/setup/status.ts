import type { Config, Protocol } from '../config/config.ts'
import { describeTarget } from '../config/describe.ts'

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
}

export function statusOn(config: Config, problems: readonly { message: string }[]): Status {
  const reason = problems.map((problem) => problem.message).join(' ')
  return Object.freeze({
    enabled: true,
    ...describeTarget(config),
    ...(reason !== '' && { reason }),
    captureContent: config.captureContent,
  })
}

export function statusOff(reason: string): Status {
  return Object.freeze({ enabled: false, reason, captureContent: false })
}
