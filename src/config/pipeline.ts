import type { Config } from './config.ts'
import type { SpanExporterLike } from './exporter.ts'
import { problemWith, type Reader } from './reader.ts'
import * as rules from './rules.ts'
import { resolveSampler } from './sampler.ts'

/** The part of the configuration about the way from a started span to the export. */
export type PipelineConfig = Pick<
  Config,
  | 'sampler'
  | 'provider'
  | 'keep'
  | 'metrics'
  | 'trustIncoming'
  | 'maxQueueBytes'
  | 'maxQueueSpans'
  | 'batch'
  | 'instrumentations'
  | 'exitTimeoutMs'
  | 'endTimeoutMs'
>

const EXIT_MS = 2000
/** A server of a development machine takes so long until it has come up; MLflow takes 5 to 20 seconds. */
const END_MS = 30_000
const MIB = 1024 * 1024

const keep: rules.Rule<'all' | 'agent'> = rules.oneOf('all', 'agent')

const provider: rules.Rule<'shared' | 'private'> = rules.parsed((value) => {
  if (value === 'shared' || value === 'private') return value
  return undefined
})

const isolated: rules.Rule<'shared' | 'private'> = rules.parsed((value) => {
  const flag = rules.readFlag(value)
  return flag === undefined ? undefined : flag ? 'private' : 'shared'
})

const instrumentations: rules.Rule<Config['instrumentations']> = rules.parsed((value) =>
  value === 'auto' || value === false || Array.isArray(value) ? value : undefined,
)

/** Sampling, provider, queue and batches. */
export function resolvePipeline(reader: Reader): PipelineConfig {
  const maxQueueSpans = reader.find(rules.count, ['OTEL_BSP_MAX_QUEUE_SIZE'])?.value
  const maxSpans = reader.choose(rules.count, ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'], 512)
  const timeouts = ['exitTimeoutMs', 'TURNSPAN_EXIT_TIMEOUT_MS'] as const
  const exitTimeoutMs = reader.find(rules.delayMs, timeouts, `${EXIT_MS} is used instead`)?.value
  const sharing: rules.Rule<'shared' | 'private'> = (name) =>
    (name === 'provider' ? provider : isolated)(name)
  return {
    sampler: resolveSampler(reader),
    provider: reader.choose(sharing, ['provider', 'MLFLOW_USE_DEFAULT_TRACER_PROVIDER'], 'shared'),
    keep: reader.choose(keep, ['keep'], 'all'),
    metrics: reader.choose(rules.flag, ['metrics', 'TURNSPAN_METRICS'], false),
    trustIncoming: resolveTrust(reader),
    maxQueueBytes: reader.choose(rules.count, ['maxQueueBytes'], 64 * MIB, `${64 * MIB} (64 MiB)`),
    ...(maxQueueSpans !== undefined && { maxQueueSpans }),
    batch: {
      // OpenTelemetry: a batch is at most as large as the queue.
      maxSpans: Math.min(maxSpans, maxQueueSpans ?? maxSpans),
      delayMs: reader.choose(rules.delayMs, ['OTEL_BSP_SCHEDULE_DELAY'], 1000),
    },
    instrumentations: copied(reader.choose(instrumentations, ['instrumentations'], 'auto')),
    exitTimeoutMs: exitTimeoutMs ?? EXIT_MS,
    endTimeoutMs: exitTimeoutMs ?? END_MS,
  }
}

/** The first source that is set decides, and what cannot be understood means no: nobody is trusted by mistake. */
function resolveTrust(reader: Reader): boolean {
  const name = (['trustIncoming', 'TURNSPAN_TRUST_INCOMING'] as const).find(
    (candidate) => reader.raw(candidate) !== undefined,
  )
  if (name === undefined) return false
  const value = reader.raw(name)
  const read = rules.readFlag(value)
  if (read === undefined) reader.problem(name, problemWith(name, value, 'no caller is trusted'))
  return read ?? false
}

/** The exporters that fit; the others are noted by their place. */
export function resolveExporters(reader: Reader): readonly SpanExporterLike[] {
  const given = reader.raw('exporters')
  if (given === undefined) return []
  if (!Array.isArray(given)) {
    reader.problem('exporters', problemWith('exporters', given, 'it is ignored'))
    return []
  }
  const fitting = given.filter(isExporter)
  for (const [index, item] of given.entries()) {
    if (isExporter(item)) continue
    const message = `Option "exporters" accepts objects with the functions export and shutdown, but entry ${index} is something else; it is ignored.`
    reader.problem(`exporters[${index}]`, message)
  }
  return fitting
}

/** The list is frozen with the configuration, and the user's must not be. */
function copied(value: Config['instrumentations']): Config['instrumentations'] {
  return typeof value === 'object' ? [...value] : value
}

function isExporter(value: unknown): value is SpanExporterLike {
  const exporter = value as Partial<SpanExporterLike> | null | undefined
  return typeof exporter?.export === 'function' && typeof exporter.shutdown === 'function'
}
