import type { Config } from '../../config/config.ts'
import type { ExportOptions } from '../../span/semconv/span-attributes.ts'

/** How this target wants its spans: content in MLflow's keys for MLflow, in those of the conventions for others. */
export function exportOptions(config: Config, mlflow: boolean): ExportOptions {
  return {
    contentKeys: config.contentKeys ?? (mlflow ? 'mlflow' : 'gen_ai'),
    legacySemconv: config.legacySemconv,
    mlflow,
  }
}
