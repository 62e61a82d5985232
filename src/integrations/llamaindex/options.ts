/** Options of `instrumentLlamaIndex`. */
export interface LlamaIndexOptions {
  /**
   * Longest silence of a model's stream after which its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
