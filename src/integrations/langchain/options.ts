/** Options of `instrumentLangChain`. */
export interface LangChainOptions {
  /**
   * Spans also for the plumbing that LangChain and LangGraph run between the parts of a program: unnamed lambdas,
   * channel writes, `__start__`. Without it, what runs inside such a step stands below the step above.
   *
   * @defaultValue false
   */
  readonly plumbing?: boolean | undefined
  /** After how long a stream that nobody reads any more ends its spans, in milliseconds. @defaultValue 900000 */
  readonly idleMs?: number | undefined
}
