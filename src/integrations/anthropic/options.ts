/** Options of `instrumentAnthropic`. */
export interface AnthropicOptions {
  /**
   * How long a stream, or an answer that nobody reads, may be silent before its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
