import type { ConfigProblem } from './config.ts'
import type { Environment } from './environment.ts'
import { OPTION_ACCEPTS, type OptionName } from './option-names.ts'
import type { InitOptions } from './options.ts'
import type { Rule } from './rules.ts'
import { preview } from './text.ts'
import { VARIABLE_ACCEPTS, type VariableName } from './variable-names.ts'

/** An option or an environment variable. */
export type SourceName = OptionName | VariableName

/** A value with the option or variable that it came from. */
export interface Found<T> {
  readonly value: T
  readonly name: SourceName
}

/** Reads options and variables, and collects what is wrong with them. */
export interface Reader {
  readonly problems: readonly ConfigProblem[]
  /** What an option or a variable holds; `undefined` when unset or empty. */
  raw(name: SourceName): unknown
  /** Notes a problem, once. */
  problem(name: string, message: string): void
  /** The first of `names` that is set and fits `rule`. Values that do not fit are noted with what is used instead. */
  find<T>(rule: Rule<T>, names: readonly SourceName[], otherwise?: string): Found<T> | undefined
  /** {@link Reader.find}, or `fallback`. */
  choose<T>(rule: Rule<T>, names: readonly SourceName[], fallback: T, shown?: string): T
}

const SECRET: ReadonlySet<SourceName> = new Set<SourceName>([
  'token',
  'username',
  'password',
  'headers',
  'proxy',
  'HTTP_PROXY',
  'http_proxy',
  'HTTPS_PROXY',
  'https_proxy',
  'MLFLOW_TRACKING_TOKEN',
  'MLFLOW_TRACKING_USERNAME',
  'MLFLOW_TRACKING_PASSWORD',
  'DATABRICKS_TOKEN',
  'DATABRICKS_CLIENT_SECRET',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
])

/** A reader of `options` and `env`; an empty text counts as unset, as OpenTelemetry has it. */
export function createReader(options: InitOptions, env: Environment): Reader {
  const problems: ConfigProblem[] = []

  function raw(name: SourceName): unknown {
    const value = name in OPTION_ACCEPTS ? options[name as OptionName] : env[name]
    return typeof value === 'string' && value.trim() === '' ? undefined : value
  }

  function problem(name: string, message: string): void {
    if (problems.some((known) => known.name === name && known.message === message)) return
    problems.push(Object.freeze({ name, message }))
  }

  function find<T>(
    rule: Rule<T>,
    names: readonly SourceName[],
    otherwise = 'it is ignored',
  ): Found<T> | undefined {
    const unfit: SourceName[] = []
    let found: Found<T> | undefined
    for (const name of names) {
      const value = raw(name)
      if (value === undefined) continue
      const result = rule(name).safeParse(value)
      if (result.success) {
        found = { value: result.data, name }
        break
      }
      unfit.push(name)
    }
    const used = found ? `${found.name} is used instead` : otherwise
    for (const name of unfit) problem(name, problemWith(name, raw(name), used))
    return found
  }

  return {
    problems,
    raw,
    problem,
    find,
    choose: (rule, names, fallback, shown = preview(fallback)) => {
      const found = find(rule, names, `${shown} is used instead`)
      return found ? found.value : fallback
    },
  }
}

/** The sentence about a value that does not fit. */
export function problemWith(name: SourceName, value: unknown, used: string): string {
  const shown = SECRET.has(name) ? 'something else (not shown)' : preview(value)
  return `${subject(name)} accepts ${acceptedBy(name)}, but is ${shown}; ${used}.`
}

/** How a message begins that is about `name`. */
export function subject(name: SourceName): string {
  return name in OPTION_ACCEPTS ? `Option "${name}"` : `Environment variable ${name}`
}

function acceptedBy(name: SourceName): string {
  return name in OPTION_ACCEPTS ? OPTION_ACCEPTS[name as OptionName] : VARIABLE_ACCEPTS[name as VariableName]
}
