/** Options of `instrumentOpenAIAgents`. */
export interface OpenAIAgentsOptions {
  /**
   * Whether the SDK keeps sending its own traces to OpenAI. With `false`, its exporter sends nothing; processors that
   * the program has added itself keep working.
   * @defaultValue `true`
   */
  readonly upload?: boolean | undefined
  /**
   * How long a model's stream may be silent before its span ends, in milliseconds.
   * @defaultValue `900000` (15 minutes)
   */
  readonly idleMs?: number | undefined
}
