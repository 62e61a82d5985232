/** Options of `instrumentLlamaIndex`. */
export interface LlamaIndexOptions {
  /**
   * How long a model's stream may be silent before its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
