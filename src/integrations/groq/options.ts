/** Options of `instrumentGroq`. */
export interface GroqOptions {
  /**
   * Longest silence of a stream, or of an answer that nobody reads, after which its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
