/** Node adds no line of source to its report of an uncaught error when that line holds this text. */
const MARK = 'node-do-not-add-exception-line'

/** A statement on one line that throws what is there already, or what a function gives; `throw new` is an error of ours. */
const RETHROW = /^(.*\bthrow (?!new\b).*;)$/gm

/**
 * Marks the statements that throw on what the application's code has thrown. Where nobody catches it, Node begins its
 * report with the line that threw last, which would be one of ours; so it begins with the error.
 *
 * @see https://github.com/nodejs/node/blob/v20.x/src/node_errors.cc (`GetErrorSource`)
 */
export const quietRethrows = {
  name: 'quiet-rethrows',
  renderChunk(code: string): { code: string } {
    return { code: code.replace(RETHROW, `$1 // ${MARK}`) }
  },
}
