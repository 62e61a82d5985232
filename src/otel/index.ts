/**
 * The parts of turnspan for applications that build their own OpenTelemetry provider: `import { TurnspanProcessor }
 * from 'turnspan/otel'`.
 *
 * @packageDocumentation
 */
export type { InitOptions } from '../config/options.ts'
export { type ForcedIds, type IdGeneratorLike, TurnspanIdGenerator } from '../ids/id-generator.ts'
export type { ExternalSpan } from '../tracer/external-span.ts'
export { type ExportResult, TurnspanExporter } from './exporter.ts'
export { TurnspanProcessor } from './processor.ts'
