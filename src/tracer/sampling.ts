import type { SamplerConfig } from '../config/config.ts'

/**
 * Whether a new trace is kept: the same answer for a trace ID in every process, as OpenTelemetry's
 * TraceIdRatioBased sampler has it. `parent` is what a remote or external parent decided, where there is one.
 */
export function isSampled(
  traceId: string,
  sampler: SamplerConfig,
  options: { ratio?: number | undefined; parent?: boolean | undefined } = {},
): boolean {
  if (options.ratio === undefined && sampler.parentBased && options.parent !== undefined)
    return options.parent
  const ratio = options.ratio ?? sampler.ratio
  if (ratio >= 1) return true
  if (!(ratio > 0)) return false
  return accumulate(traceId) < Math.floor(ratio * 0xffffffff)
}

function accumulate(traceId: string): number {
  let sum = 0
  for (let i = 0; i < 4; i += 1) sum = (sum ^ Number.parseInt(traceId.slice(i * 8, i * 8 + 8), 16)) >>> 0
  return sum
}
