import type { Config, Protocol } from './config.ts'

/** Where spans go, for people: the part of `Status` that comes from the configuration. */
export interface TargetDescription {
  /** URL without credentials and query, or `console`. */
  readonly target?: string
  readonly protocol?: Protocol
  readonly experiment?: { readonly id?: string; readonly name?: string }
}

/** Describes the first target of `config`; nothing when only exporters are configured. */
export function describeTarget(config: Config): TargetDescription {
  const target = config.targets[0]
  if (!target) return config.console ? { target: 'console' } : {}
  const { experimentId: id, experimentName: name } = target.mlflow
  const named = target.isMlflow !== 'no' && (id !== undefined || name !== undefined)
  return {
    target: target.endpoint.replace(/[?#].*$/, ''),
    protocol: target.protocol,
    ...(named && { experiment: { ...(id !== undefined && { id }), ...(name !== undefined && { name }) } }),
  }
}

/**
 * Whether two configurations mean the same, so that an `init` with the second after the first changes nothing.
 * Exporters, instrumentations and functions are the same only when they are the same object.
 */
export function sameConfig(a: Config, b: Config): boolean {
  return same(a, b, 'config')
}

const BY_IDENTITY: ReadonlySet<string> = new Set(['exporters', 'instrumentations'])

function same(a: unknown, b: unknown, key: string): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  if (left.size !== right.size) return false
  return [...left].every(([name, value]) => {
    if (!right.has(name)) return false
    const other = right.get(name)
    return BY_IDENTITY.has(key) ? Object.is(value, other) : same(value, other, name)
  })
}
