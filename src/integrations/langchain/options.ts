/** Options of `instrumentLangChain`. */
export interface LangChainOptions {
  /**
   * Also makes spans for the internal steps that LangChain and LangGraph run between the parts of a program: unnamed
   * lambdas, channel writes, `__start__`. Without it, what runs inside such a step is placed below the step above.
   *
   * @defaultValue false
   */
  readonly plumbing?: boolean | undefined
  /** How long a stream may go unread before its spans end, in milliseconds. @defaultValue 900000 */
  readonly idleMs?: number | undefined
}
