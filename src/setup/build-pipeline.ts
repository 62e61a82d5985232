import type { Config, TargetConfig } from '../config/config.ts'
import type { ExportStatistics } from '../export/statistics/export-statistics.ts'
import { onceEach } from '../export/still-open.ts'
import { createConsoleTarget } from '../export/targets/console-target.ts'
import { toSend } from '../export/targets/double-export.ts'
import { exportOptions } from '../export/targets/export-options.ts'
import { createExporterTarget } from '../export/targets/exporter-target.ts'
import { resourceAttributes, resourceLike } from '../export/targets/resource.ts'
import type { SpanTarget } from '../export/targets/target.ts'
import { programName } from '../modules/program-name.ts'
import { encodeRequest } from '../otlp/request.ts'
import { writeStderr, writeStderrNow } from '../runtime/stderr.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import { createPipeline, type Pipeline } from '../tracer/pipeline.ts'
import { ownTracer } from '../tracing/own-tracer.ts'
import { startHelper } from './helper-thread.ts'
import { lazyTarget } from './lazy-target.ts'
import { noteSecretsOf } from './note-secrets.ts'
import { keptByRequest } from './serverless.ts'
import { startMetrics } from './start-metrics.ts'
import { targetDisk } from './target-disk.ts'
import { aloneInWorker, handOverTo } from './thread-guest.ts'

/** The pipeline that `config` describes. Opens no connection and starts no timer. */
export function buildPipeline(config: Config, statistics: ExportStatistics): Pipeline {
  noteSecretsOf(config)
  const resource = (): object => resourceLike(resourceAttributes(config, pipeline.attachedResource))
  const targets: SpanTarget[] = config.targets.map((target) => otlp(config, target, resource, () => pipeline))
  const handOver = aloneInWorker()
  for (const exporter of config.exporters) {
    targets.push({ ...createExporterTarget(exporter, config, resource), handOver })
  }
  if (config.console) targets.push({ ...createConsoleTarget(writeStderr, writeStderrNow), handOver })
  const each = (target: SpanTarget): SpanTarget =>
    onceEach(config.platform === 'cloudflare' ? keptByRequest(target) : target)
  const pipeline: Pipeline = createPipeline(config, targets.map(each), statistics, ownTracer)
  if (config.metrics) startMetrics(pipeline)
  return pipeline
}

function otlp(
  config: Config,
  target: TargetConfig,
  resource: () => object,
  pipeline: () => Pipeline,
): SpanTarget {
  let isMlflow = target.isMlflow === 'yes'
  let isKnown = target.isMlflow !== 'ask'
  const disk = targetDisk({
    config,
    target,
    resource: () => resourceAttributes(config, pipeline().attachedResource),
    isMlflow: () => isMlflow,
    isFinal: () => isKnown,
  })
  const learned = ({ mlflow }: { readonly mlflow: boolean }): void => {
    isMlflow = mlflow
    isKnown = true
  }
  const load = async (): Promise<SpanTarget> => {
    const { buildOtlpTarget } = await import('./otlp-parts.ts')
    const agentName = (): string | undefined => pipeline().agentName ?? programName()
    return buildOtlpTarget({ config, target, resource, agentName, learned })
  }
  const encode = (spans: readonly EndedSpan[]): Uint8Array | undefined => {
    if (!isKnown) return undefined
    const options = exportOptions(config, isMlflow)
    const attributes = resourceAttributes(config, pipeline().attachedResource)
    return encodeRequest(toSend(spans, target, options), attributes, options)
  }
  const index = config.targets.indexOf(target)
  const parts = { index, encode, learned }
  return lazyTarget(target.endpoint, load, {
    ...disk,
    handOver: config.spool === undefined ? handOverTo(pipeline, index) : undefined,
    startHelper: () => startHelper({ pipeline: pipeline(), ...parts }),
  })
}
