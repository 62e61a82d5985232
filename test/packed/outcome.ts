/** What the programs of the fixtures print. */
export interface Outcome {
  readonly answer: string
  readonly enabled: boolean
  readonly report: {
    readonly sent: number
    readonly queued: number
    readonly dropped: Record<string, number>
  }
  /** Spans that the application's own provider exported. */
  readonly own?: readonly OwnSpan[]
}

/** A span of the application itself. */
export interface OwnSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent?: string
  readonly attributes: Readonly<Record<string, unknown>>
}
