/** Codes of the errors that turnspan throws; stable, meant for programs. */
export type TurnspanErrorCode = 'ERR_RESPONSE_ID' | 'ERR_TRACE_ID' | 'ERR_CONFIG' | 'ERR_MLFLOW'

/**
 * Base class of the errors that turnspan throws. It throws only from functions that the application calls directly to
 * set up or query something, never from a traced call. Check `code`, or use {@link TurnspanError.isInstance}, which
 * also works across two copies of the package.
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

/** Thrown for an invalid option that was given in code; the message names the option, the rule and the value. */
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
