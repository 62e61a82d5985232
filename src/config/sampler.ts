import type { SamplerConfig } from './config.ts'
import type { Reader } from './reader.ts'
import * as rules from './rules.ts'

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

type Sampler = (typeof SAMPLERS)[number]

const sampler: rules.Rule<Sampler> = rules.oneOf(...SAMPLERS)

/** A ratio from the option or MLflow's variable, or the name of one of OpenTelemetry's samplers. */
const choice: rules.Rule<number | Sampler> = (name) =>
  name === 'OTEL_TRACES_SAMPLER' ? sampler(name) : rules.ratio(name)

/**
 * Which new traces are kept: the option, OpenTelemetry's sampler, MLflow's ratio, all. What a caller of another vendor
 * decided for its own purposes is followed only where a parent-based sampler asks for it.
 */
export function resolveSampler(reader: Reader): SamplerConfig {
  const found = reader.choose(
    choice,
    ['sampleRatio', 'OTEL_TRACES_SAMPLER', 'MLFLOW_TRACE_SAMPLING_RATIO'],
    1,
  )
  if (typeof found === 'number') return { ratio: found, parentBased: false }
  const parentBased = found.startsWith('parentbased_')
  if (found.endsWith('always_on')) return { ratio: 1, parentBased }
  if (found.endsWith('always_off')) return { ratio: 0, parentBased }
  return { ratio: reader.choose(rules.ratio, ['OTEL_TRACES_SAMPLER_ARG'], 1), parentBased }
}
