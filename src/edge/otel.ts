/**
 * `turnspan/otel` where there is no Node: a processor and an exporter that take spans and send nothing.
 *
 * @packageDocumentation
 */
import type { InitOptions } from '../config/options.ts'
import type { ExportResult } from '../otel/exporter.ts'
import type { ExternalSpan } from '../tracer/external-span.ts'
import { REASON, sayNotHere } from './runtime.ts'

export { TurnspanIdGenerator } from '../ids/id-generator.ts'

export class TurnspanProcessor {
  constructor(_options?: InitOptions) {
    sayNotHere('TurnspanProcessor')
  }

  onStart(_span: ExternalSpan, _context: unknown): void {}

  onEnd(_span: ExternalSpan): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

export class TurnspanExporter {
  constructor(_options?: InitOptions) {
    sayNotHere('TurnspanExporter')
  }

  /** Fails, for nothing is sent. */
  export(_spans: readonly ExternalSpan[], resultCallback: (result: ExportResult) => void): void {
    resultCallback({ code: 1, error: new Error(`TurnspanExporter sends nothing: ${REASON}.`) })
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
