/**
 * Thrown when an assertion on a trace fails. Its message shows the trace; a test runner can show `actual` and
 * `expected` as a diff.
 */
export class TraceAssertionError extends Error {
  override readonly name = 'TraceAssertionError'
  declare readonly actual?: string
  declare readonly expected?: string

  /**
   * @param above - the stack begins at the caller of this function
   * @param texts - what a runner can show as a difference
   */
  constructor(
    message: string,
    // biome-ignore lint/complexity/noBannedTypes: only the function's identity counts.
    above: Function,
    texts: { readonly actual?: string; readonly expected?: string } = {},
  ) {
    super(message)
    // Runners show a difference for every error that has the two.
    if (texts.actual !== undefined) Object.assign(this, { actual: texts.actual, expected: texts.expected })
    // Not every browser has it.
    Error.captureStackTrace?.(this, above)
  }
}
