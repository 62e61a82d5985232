/** The slice of OpenTelemetry's SpanExporter that turnspan calls; exporters of SDK 1.x, 2.x and 3.x fit. */
export interface SpanExporterLike {
  export(spans: never[], resultCallback: (result: ExportResultLike) => void): void
  shutdown(): Promise<void>
  forceFlush?(): Promise<void>
}

/** The slice of OpenTelemetry's ExportResult that turnspan reads: code 0 is success. */
export interface ExportResultLike {
  readonly code: number
  readonly error?: Error | undefined
}
