import type { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  type ConsoleSpanExporter,
  InMemorySpanExporter,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'
import type { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { expectTypeOf, test } from 'vitest'
import type { SpanExporterLike } from '../../src/config/exporter.ts'
import type { OptionName } from '../../src/config/option-names.ts'
import type { InitOptions } from '../../src/config/options.ts'
import type { VariableName } from '../../src/config/variable-names.ts'

/** A span as the SDK 1.30 has it: `parentSpanId` and `instrumentationLibrary`, which 2.x renamed. */
interface FirstReadableSpan {
  readonly name: string
  readonly parentSpanId?: string
  readonly startTime: [number, number]
  readonly instrumentationLibrary: { readonly name: string; readonly version?: string }
}

declare enum FirstResultCode {
  SUCCESS = 0,
  FAILED = 1,
}

/** The exporter's contract of the SDK 1.30. */
interface FirstExporter {
  export(spans: FirstReadableSpan[], done: (result: { code: FirstResultCode; error?: Error }) => void): void
  shutdown(): Promise<void>
  forceFlush?(): Promise<void>
}

/** The same as 3.x can have it: read-only spans, a union as result, every method there. */
interface ThirdExporter {
  export(
    spans: readonly { readonly parentSpanContext?: object; readonly instrumentationScope: object }[],
    done: (result: { readonly code: 0 | 1; readonly error?: Error | undefined }) => void,
  ): void
  shutdown(): Promise<void>
  forceFlush(): Promise<void>
}

test('exporters of OpenTelemetry fit, whatever their major version', () => {
  expectTypeOf<SpanExporter>().toExtend<SpanExporterLike>()
  expectTypeOf<InMemorySpanExporter>().toExtend<SpanExporterLike>()
  expectTypeOf<ConsoleSpanExporter>().toExtend<SpanExporterLike>()
  expectTypeOf<OTLPTraceExporter>().toExtend<SpanExporterLike>()
  expectTypeOf<GrpcExporter>().toExtend<SpanExporterLike>()
  expectTypeOf<FirstExporter>().toExtend<SpanExporterLike>()
  expectTypeOf<ThirdExporter>().toExtend<SpanExporterLike>()
  expectTypeOf({ exporters: [new InMemorySpanExporter(), new OTLPTraceExporter()] }).toExtend<InitOptions>()
})

test('what is no exporter does not fit', () => {
  expectTypeOf<NodeTracerProvider>().not.toExtend<SpanExporterLike>()
  expectTypeOf<{ export(): void }>().not.toExtend<SpanExporterLike>()
  // @ts-expect-error a single exporter is no array of them
  ;({ exporters: new InMemorySpanExporter() }) satisfies InitOptions
})

test('options may be undefined, as what comes from process.env is', () => {
  const given = {
    endpoint: process.env.SOMEWHERE,
    token: process.env.SECRET,
    limits: { maxDepth: undefined },
  }
  expectTypeOf(given).toExtend<InitOptions>()
})

test('a misspelt option is an error', () => {
  // @ts-expect-error there is no such option
  ;({ endpont: 'http://localhost:4318' }) satisfies InitOptions
})

test('names are literals', () => {
  expectTypeOf<'captureContent'>().toExtend<OptionName>()
  expectTypeOf<string>().not.toExtend<OptionName>()
  expectTypeOf<'MLFLOW_TRACKING_URI'>().toExtend<VariableName>()
  expectTypeOf<string>().not.toExtend<VariableName>()
})
