/** Options of `instrumentBedrock`. */
export interface BedrockOptions {
  /**
   * How long a stream may be silent before its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
