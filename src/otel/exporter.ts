import type { InitOptions } from '../config/options.ts'
import {
  createExportStatistics,
  type ExportStatistics,
  type Report,
} from '../export/statistics/export-statistics.ts'
import { buildPipeline } from '../setup/build-pipeline.ts'
import type { ExternalSpan } from '../tracer/external-span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { strictConfig } from './strict-config.ts'

/** OpenTelemetry's export result: `code` 0 is success, 1 is failure. */
export interface ExportResult {
  code: 0 | 1
  error?: Error
}

const FLUSH_MS = 10_000

/**
 * An OpenTelemetry span exporter, for a span processor of your choice. It converts spans to what MLflow (or another
 * OTLP backend) understands, finds the experiment, and delivers with retries. Spans arrive as they do with `init`.
 *
 * @example
 * new BatchSpanProcessor(new TurnspanExporter({ trackingUri: 'http://localhost:5000', experimentName: 'support' }))
 */
export class TurnspanExporter {
  readonly #pipeline: Pipeline | undefined
  readonly #counts: ExportStatistics = createExportStatistics()

  /**
   * @param options - as for `init`; what is left out comes from the environment
   * @throws ConfigError for an invalid option
   */
  constructor(options?: InitOptions) {
    const config = strictConfig(options)
    this.#pipeline = config && buildPipeline(config, this.#counts)
  }

  /** Sends `spans`; the callback reports success only if all of them were accepted. */
  export(spans: readonly ExternalSpan[], resultCallback: (result: ExportResult) => void): void {
    const pipeline = this.#pipeline
    if (pipeline === undefined) {
      resultCallback({ code: 0 })
      return
    }
    const before = this.#counts.report()
    for (const span of spans) pipeline.externalEnded(span)
    pipeline.exporter.flush(pipeline.config.targets[0]?.timeoutMs ?? FLUSH_MS).then(
      () => resultCallback(resultOf(before, this.#counts.report())),
      (error: Error) => resultCallback({ code: 1, error }),
    )
  }

  /** Sends what is still waiting after an export that failed. */
  async forceFlush(): Promise<void> {
    await this.#pipeline?.exporter.flush(FLUSH_MS)
  }

  /** Calls {@link TurnspanExporter.forceFlush}, then sends nothing more. */
  async shutdown(): Promise<void> {
    await this.#pipeline?.exporter.shutdown(FLUSH_MS)
  }
}

function resultOf(before: Report, after: Report): ExportResult {
  const sum = (report: Report): number =>
    report.rejected + report.queued + Object.values(report.dropped).reduce((total, n) => total + n, 0)
  const failed = sum(after) - sum(before)
  return failed > 0 ? { code: 1, error: new Error(`${failed} spans were not accepted`) } : { code: 0 }
}
