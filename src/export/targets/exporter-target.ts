import type { Config } from '../../config/config.ts'
import type { SpanExporterLike } from '../../config/exporter.ts'
import { messageOf } from '../../runtime/errors.ts'
import { realTime, withoutHold } from '../../runtime/real-time.ts'
import { untraced } from '../../runtime/suppress.ts'
import { ACCEPTED, type ExportResult } from '../statistics/export-result.ts'
import { readableSpan } from './readable-span.ts'
import type { SpanTarget } from './target.ts'

const PATIENCE_MS = 30_000

/** A target that hands spans to an OpenTelemetry exporter of the application's choice. */
export function createExporterTarget(
  exporter: SpanExporterLike,
  config: Config,
  resource: () => object,
): SpanTarget {
  const options = {
    contentKeys: config.contentKeys ?? ('gen_ai' as const),
    legacySemconv: config.legacySemconv,
    mlflow: false,
  }
  return {
    name: exporter.constructor?.name || 'exporter',
    send(spans): Promise<ExportResult> {
      return new Promise((resolve) => {
        // An exporter that never calls back must not hold up the spans behind.
        const timer = withoutHold(
          realTime.start(
            () => resolve({ kind: 'retry', reason: 'the exporter did not answer' }),
            PATIENCE_MS,
          ),
        )
        const done = (answer: ExportResult): void => {
          realTime.stop(timer)
          resolve(answer)
        }
        try {
          const made = spans.map((span) => readableSpan(span, resource(), options))
          untraced(() =>
            exporter.export(made as never[], (result) => {
              done(
                result.code === 0
                  ? ACCEPTED
                  : { kind: 'refused', reason: messageOf(result.error ?? 'export failed') },
              )
            }),
          )
        } catch (thrown) {
          done({ kind: 'refused', reason: messageOf(thrown) })
        }
      })
    },
    async shutdown() {
      try {
        await exporter.forceFlush?.()
        await exporter.shutdown()
      } catch {
        // The application's exporter speaks for itself.
      }
    },
  }
}
