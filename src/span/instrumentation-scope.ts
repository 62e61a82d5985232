/** The library that made a span, as its tracer names it. */
export interface InstrumentationScope {
  readonly name: string
  readonly version?: string
}
