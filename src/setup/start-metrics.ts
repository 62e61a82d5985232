import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { messageOf } from '../runtime/errors.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'

/** More do not end in the moment that loading the rest takes. */
const MAX_WAITING = 1000

/** Measures turnspan's own spans as they end in `pipeline`, by the part of turnspan that is loaded for it. */
export function startMetrics(pipeline: Pipeline): void {
  const waiting: EndedSpan[] = []
  let measure = (span: EndedSpan): void => {
    if (waiting.length < MAX_WAITING) waiting.push(span)
  }
  pipeline.onSpanEnd((_trace, span) => {
    if (span.agent === undefined) return
    try {
      measure(span)
    } catch (thrown) {
      // Meters are the application's: what they throw must not reach the code that ended a span.
      sayFailed(thrown)
    }
  })
  import('../metrics/index.ts').then(
    ({ createMeasure }) => {
      measure = createMeasure()
      try {
        for (const span of waiting.splice(0)) measure(span)
      } catch (thrown) {
        sayFailed(thrown)
      }
    },
    (thrown: unknown) => {
      measure = () => undefined
      waiting.length = 0
      sayFailed(thrown)
    },
  )
}

function sayFailed(thrown: unknown): void {
  diagnoseOnce(
    'warn',
    'TS_METRICS_FAILED',
    `The option metrics is on, but something could not be recorded: ${messageOf(thrown)}. Check the application's MeterProvider; if turnspan is bundled, make sure that its chunks are included.`,
  )
}
