/** Trace-level data that OTLP cannot carry, for the target that takes it by other means once the spans are there. */
export interface PendingTraceInfo {
  /** W3C trace ID, 32 hex digits. */
  readonly traceId: string
  /** Epoch milliseconds, may have a fraction. */
  readonly startTimeMs: number
  /** Epoch milliseconds, may have a fraction. */
  readonly endTimeMs: number
  readonly state: 'OK' | 'ERROR'
  /** Name of the trace: its root's. */
  readonly name?: string
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly clientRequestId?: string
  readonly requestPreview?: string
  readonly responsePreview?: string
  /** The local root continues a trace of another process, whose own root may still arrive, or never. */
  readonly rootIsRemote: boolean
  /** The process that began the trace sends its root, and says what state it has. */
  readonly rootElsewhere?: true
}
