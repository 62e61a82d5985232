/** What Mastra asks of an `ObservabilityBridge`: the tracing system that its spans are part of. */
export interface MastraBridge {
  readonly name: string
  /** Receives the configuration that it is part of. */
  init(options: { readonly config?: unknown }): void
  /** Begins the span of a part of Mastra's work. @returns its IDs; `undefined` where nothing is traced */
  createSpan(options: object): MastraSpanIds | undefined
  /** Runs `fn` with that span active, so that what it calls is placed below it. */
  executeInContext<T>(spanId: string, fn: () => Promise<T>): Promise<T>
  /** {@link executeInContext} for a function that is not async. */
  executeInContextSync<T>(spanId: string, fn: () => T): T
  /** Drops a span that the program's configuration keeps out of its traces. */
  releaseSpan(spanId: string): void
  /** Receives an event about a span. */
  exportTracingEvent(event: object): Promise<void>
  /** Delivers what has ended. */
  flush(): Promise<void>
  /** Ends what is open, and delivers it. */
  shutdown(): Promise<void>
}

/** IDs by which Mastra identifies a span from then on. */
export interface MastraSpanIds {
  readonly spanId: string
  readonly traceId: string
  /** ID of Mastra's span above it. */
  readonly parentSpanId?: string
  /** ID of the program's span above it. */
  readonly externalParentSpanId?: string
}

/** What Mastra asks of an exporter of traces, in its versions 0.24 and 1. */
export interface MastraExporter {
  readonly name: string
  /** Receives an event about a span, under the name that Mastra 0.24 uses. */
  exportEvent(event: object): Promise<void>
  /** The same for Mastra 1. */
  exportTracingEvent(event: object): Promise<void>
  /** Delivers what has ended. */
  flush(): Promise<void>
  /** Ends what is open, and delivers it. */
  shutdown(): Promise<void>
}
