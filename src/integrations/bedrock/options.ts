/** Options of `instrumentBedrock`. */
export interface BedrockOptions {
  /**
   * Longest silence of a stream after which its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
