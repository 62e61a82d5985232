import type { Config, TargetConfig } from '../config/config.ts'
import { createOtlpTarget } from '../export/targets/otlp-target.ts'
import { serialise, serialiseInSlices } from '../export/targets/serialise.ts'
import type { SpanTarget } from '../export/targets/target.ts'
import { createMlflowTarget } from '../mlflow/target.ts'

export interface OtlpParts {
  readonly config: Config
  readonly target: TargetConfig
  readonly resource: () => object
  readonly agentName: () => string | undefined
  /** Told what the receiver turned out to be. */
  readonly learned?: (receiver: { readonly mlflow: boolean }) => void
}

/** An OTLP target with its MLflow companion; loaded when the first batch leaves, for it is most of the code. */
export function buildOtlpTarget(parts: OtlpParts): SpanTarget {
  const { config, resource, agentName } = parts
  const hints = { ...(config.serviceName !== undefined && { serviceName: config.serviceName }), agentName }
  return createOtlpTarget({
    config,
    target: parts.target,
    companionFor: (target) => createMlflowTarget(target, hints),
    serialise: (spans, options) => serialise(spans, resource(), options),
    serialiseInSlices: (spans, options, take, isUrgent) =>
      serialiseInSlices(spans, resource(), options, take, isUrgent),
    ...(parts.learned && { learned: parts.learned }),
  })
}
