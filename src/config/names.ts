import type { Environment } from './environment.ts'
import { OPTION_ACCEPTS } from './option-names.ts'
import type { Reader } from './reader.ts'
import { nearest, preview } from './text.ts'
import { VARIABLE_ACCEPTS } from './variable-names.ts'

const OURS = 'TURNSPAN_'

/** Notes options that do not exist, with the one that was probably meant. */
export function reportUnknownOptions(reader: Reader, options: object): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(OPTION_ACCEPTS, name)) continue
    const message = `There is no option ${preview(name)}; it is ignored.${hint(name, Object.keys(OPTION_ACCEPTS))}`
    reader.problem(name.slice(0, 80), message)
  }
}

/** Notes variables that begin with our prefix and do not exist. */
export function reportUnknownVariables(reader: Reader, env: Environment): void {
  const strangers = Object.keys(env).filter((name) => name.startsWith(OURS) && env[name]?.trim())
  if (strangers.length === 0) return
  const known = Object.keys(VARIABLE_ACCEPTS).filter((name) => name.startsWith(OURS))
  for (const name of strangers) {
    if (known.includes(name)) continue
    const message = `There is no environment variable ${preview(name)}; it is ignored.${hint(name, known)}`
    reader.problem(name.slice(0, 80), message)
  }
}

function hint(name: string, names: readonly string[]): string {
  const meant = nearest(name, names)
  return meant ? ` Did you mean ${meant}?` : ''
}
