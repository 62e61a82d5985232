/** What a thrown value says of itself; every reading of it may throw, for it may be anything. */
export interface ExceptionFacts {
  readonly type: string
  readonly message: string
  /**
   * Read from the error when it is asked for: V8 forgets where an error was thrown when somebody reads its stack, and
   * Node's report of a rejection that nobody handles then begins with a line of Node's own.
   */
  readonly stack: string | undefined
}

/** Type, message and stack of whatever was thrown. Never throws. */
export function exceptionFacts(thrown: unknown): ExceptionFacts {
  if (typeof thrown === 'object' && thrown !== null) {
    return {
      type: typeOf(thrown),
      message: textOf(thrown, 'message') ?? '',
      get stack() {
        return textOf(thrown, 'stack')
      },
    }
  }
  return { type: thrown === null ? 'null' : typeof thrown, message: primitiveText(thrown), stack: undefined }
}

/** Many classes of errors leave their name at that of the class above them; what they are called says more. */
function typeOf(thrown: object): string {
  const name = textOf(thrown, 'name')
  const className = constructorName(thrown)
  if (name === undefined) return className ?? 'Error'
  return name === 'Error' && className !== undefined && /.(Error|Exception)$/.test(className)
    ? className
    : name
}

/** A plain name, as classes and codes have: nobody's words. */
const IDENTIFIER = /^[\w$][\w$.:/-]{0,99}$/

/** Whether `value` can be the type of an error and nothing more: a name of a class, a code, a number. */
export const isIdentifier = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && IDENTIFIER.test(value))

/** The type of a thrown value where its own words must not be told: the program chooses the `name` of its errors. */
export const plainType = (type: string): string => (IDENTIFIER.test(type) ? type : 'Error')

/** `TypeError: message`, as MLflow's Python client describes a failed span. */
export function describeException(facts: ExceptionFacts): string {
  return facts.message === '' ? facts.type : `${facts.type}: ${facts.message}`
}

function textOf(value: object, key: string): string | undefined {
  try {
    const text: unknown = (value as Record<string, unknown>)[key]
    return typeof text === 'string' && text !== '' ? text : undefined
  } catch {
    return undefined
  }
}

function constructorName(value: object): string | undefined {
  try {
    return value.constructor?.name || undefined
  } catch {
    return undefined
  }
}

function primitiveText(value: unknown): string {
  try {
    return String(value)
  } catch {
    return ''
  }
}
