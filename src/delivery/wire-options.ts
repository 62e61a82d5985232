import type { Config } from '../config/config.ts'
import type { WireOptions } from '../span/wire.ts'

/** How this target wants its spans: content in MLflow's keys for MLflow, in those of the conventions for others. */
export function wireOptions(config: Config, mlflow: boolean): WireOptions {
  return {
    contentKeys: config.contentKeys ?? (mlflow ? 'mlflow' : 'gen_ai'),
    legacySemconv: config.legacySemconv,
    mlflow,
  }
}
