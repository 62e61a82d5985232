/** Options of `instrumentAiSdk`. */
export interface AiSdkOptions {
  /**
   * How long a stream may be silent before its spans end, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
