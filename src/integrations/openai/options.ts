/** Options of `instrumentOpenAI`. */
export interface OpenAIOptions {
  /**
   * Asks for the tokens of streamed chat completions, which the API reports only on request
   * (`stream_options.include_usage`). The request then has that option, and the extra chunk without choices that
   * answers it is hidden from the program. A program that sets the option itself gets what it asked for.
   * @defaultValue `false`
   */
  readonly includeUsage?: boolean | undefined
  /**
   * How long a stream, or an answer that nobody reads, may be silent before its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
