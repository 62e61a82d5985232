/** Options of `instrumentTogether`. */
export interface TogetherOptions {
  /**
   * Asks for the tokens of streamed completions (`stream_options.include_usage`), for servers that report them only on
   * request. The request then has that option, and an extra chunk without choices that answers it is hidden from the
   * program. A program that sets the option itself gets what it asked for.
   * @defaultValue `false`
   */
  readonly includeUsage?: boolean | undefined
  /**
   * How long a stream, or an answer that nobody reads, may be silent before its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
