/** Options of `instrumentOpenAIAgents`. */
export interface OpenAIAgentsOptions {
  /**
   * Whether the SDK goes on sending its own traces to OpenAI. With `false` its exporter sends nothing; processors that
   * the program has added itself go on working.
   * @defaultValue `true`
   */
  readonly upload?: boolean | undefined
  /**
   * Longest silence of a model's stream after which its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
