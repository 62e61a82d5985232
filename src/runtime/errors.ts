/** Codes of the errors that turnspan throws; stable, meant for programs. */
export type TurnspanErrorCode = 'ERR_RESPONSE_ID' | 'ERR_TRACE_ID' | 'ERR_CONFIG' | 'ERR_MLFLOW'

/**
 * Base of the errors that turnspan throws where throwing is right: constructors and clients that a person set
 * up, never the path of a traced call. Check `code`, or {@link TurnspanError.isInstance} across two copies of
 * the package.
 */
export class TurnspanError extends Error {
  static readonly #marker: symbol = Symbol.for('turnspan.error')
  /** Stable code for programs. */
  readonly code: TurnspanErrorCode

  constructor(code: TurnspanErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    Object.defineProperty(this, TurnspanError.#marker, { value: true })
  }

  /** Whether `value` is an error of turnspan, of this copy of the package or another. */
  static isInstance(value: unknown): value is TurnspanError {
    return typeof value === 'object' && value !== null && TurnspanError.#marker in value
  }
}

/** An option given in code does not fit; says which, the rule, and what was given. */
export class ConfigError extends TurnspanError {
  /** Name of the option or environment variable. */
  readonly option: string

  constructor(option: string, message: string, options?: ErrorOptions) {
    super('ERR_CONFIG', message, options)
    this.option = option
  }
}

/** What went wrong, as one line, for whatever was thrown. Never throws itself. */
export function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message || thrown.name
    return typeof thrown === 'string' ? thrown : String(thrown)
  } catch {
    return 'a value that cannot be shown'
  }
}
