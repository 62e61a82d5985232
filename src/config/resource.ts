import type { Config } from './config.ts'
import { parsePairs } from './pairs.ts'
import { type Reader, type SourceName, subject } from './reader.ts'
import * as rules from './rules.ts'

type Attributes = Readonly<Record<string, string | number | boolean>>

/** The part of the configuration that says who sends the spans. */
export type ResourceConfig = Pick<
  Config,
  'serviceName' | 'serviceVersion' | 'environment' | 'sourceType' | 'resource'
>

const VERSION = 'service.version'
const NAME = 'service.name'
const ENVIRONMENTS = ['deployment.environment.name', 'deployment.environment'] as const

/** Name, version and environment of the service, and the further resource attributes. */
export function resolveResource(reader: Reader): ResourceConfig {
  const given = fromOption(reader)
  const set = fromEnvironment(reader)
  const name = chosen(reader, ['serviceName', 'OTEL_SERVICE_NAME'], text(given[NAME])) ?? text(set[NAME])
  const version = chosen(reader, ['serviceVersion'], text(given[VERSION])) ?? text(set[VERSION])
  const app = reader.find(rules.line, ['APP_ENVIRONMENT'])?.value
  const environment =
    chosen(reader, ['environment', 'APP_ENVIRONMENT'], environmentIn(given)) ?? environmentIn(set)
  return {
    ...(name !== undefined && { serviceName: name }),
    ...(version !== undefined && { serviceVersion: version }),
    ...(environment !== undefined && { environment }),
    ...(app !== undefined && environment !== undefined && { sourceType: environment }),
    resource: withoutOwn({ ...set, ...given }),
  }
}

/** The option, the attribute given in code, the variable. */
function chosen(
  reader: Reader,
  [option, ...variables]: readonly [SourceName, ...SourceName[]],
  attribute: string | undefined,
): string | undefined {
  if (attribute === undefined) return reader.find(rules.line, [option, ...variables])?.value
  return reader.find(rules.line, [option], 'the attribute of "resource" is used instead')?.value ?? attribute
}

const text = (value: unknown): string | undefined =>
  value === undefined || value === '' ? undefined : String(value)

const environmentIn = (attributes: Attributes): string | undefined =>
  text(attributes[ENVIRONMENTS[0]]) ?? text(attributes[ENVIRONMENTS[1]])

/** The attributes that have no field of their own. */
function withoutOwn(attributes: Attributes): Attributes {
  const own: readonly string[] = [NAME, VERSION, ...ENVIRONMENTS]
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !own.includes(key)))
}

function fromOption(reader: Reader): Attributes {
  const given = reader.raw('resource')
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    reader.problem(
      'resource',
      'Option "resource" accepts an object of strings, numbers and booleans; it is ignored.',
    )
    return {}
  }
  const attributes = new Map<string, string | number | boolean>()
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
      attributes.set(key, value)
    else {
      const message = `Option "resource" accepts strings, numbers and booleans, but ${JSON.stringify(key.slice(0, 80))} is something else; this attribute is left out.`
      reader.problem('resource', message)
    }
  }
  return Object.fromEntries(attributes)
}

function fromEnvironment(reader: Reader): Attributes {
  const name = 'OTEL_RESOURCE_ATTRIBUTES'
  const value = reader.raw(name)
  if (typeof value !== 'string') return {}
  const { pairs, bad } = parsePairs(value)
  if (bad.length === 0) return Object.fromEntries(pairs)
  // The resource specification asks to discard the whole value rather than to keep a part of it.
  const what = bad.join(', ')
  reader.problem(
    name,
    `${subject(name)} accepts key=value pairs separated by commas, with percent-encoded values; ${what} cannot be read, and the whole variable is ignored.`,
  )
  return {}
}
