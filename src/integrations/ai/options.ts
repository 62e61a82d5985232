/** Options of `instrumentAiSdk`. */
export interface AiSdkOptions {
  /**
   * Longest silence of a stream after which its spans end, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
