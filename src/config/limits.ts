/** Limits on what is recorded. Longer values are cut, and a mark shows where. */
export interface Limits {
  /** Maximum size of one captured value, such as the inputs of a span, in bytes (UTF-8). */
  readonly maxValueBytes: number
  /** Maximum size of a whole span, in bytes. */
  readonly maxSpanBytes: number
  /** Maximum nesting depth of a captured value; at most 40, because MLflow cannot read deeper traces back. */
  readonly maxDepth: number
}

/** Nesting that MLflow can still read back. */
export const MAX_DEPTH = 40

/** Where a value that is being redacted comes from. */
export interface RedactContext {
  /** Name of the span. */
  readonly span: string
  /** `mlflow.spanType` of the span. */
  readonly spanType: string
  /** `inputs`, `outputs` or an attribute's key for the whole value; the property's name for a value inside it. */
  readonly key: string
  /** Property names from the whole value down to this one; empty for the whole value. */
  readonly path: readonly (string | number)[]
}

/**
 * Replaces what must not be recorded. Called for each captured value before it is serialised: first the whole
 * value, then each value inside what was returned. Return the value itself to keep it. If it throws, the value
 * becomes `[redaction failed]`.
 */
export type Redact = (value: unknown, context: RedactContext) => unknown
