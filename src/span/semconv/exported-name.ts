import type { Redact } from '../../config/limits.ts'
import { cleanName } from '../capture/clean-name.ts'
import type { InstrumentationScope } from '../instrumentation-scope.ts'
import { type RedactSource, redactText } from '../redact/redact.ts'

/** `name` as it is exported: after `redact`, and of a form that every server stores. */
export function exportedName(name: unknown, redact: Redact | undefined, source: RedactSource): string {
  const clean = cleanName(name)
  // A span, a model and a user have to be called something.
  return redact === undefined ? clean : cleanName(redactText(clean, redact, source) || 'unnamed')
}

/** Names of attributes that conventions and integrations give: the same for everybody, so they tell nothing. */
const CONVENTIONAL =
  /^(?:(?:gen_ai|mlflow|turnspan|openinference|llm|mcp|openai|aws|azure|http|url|server|client|network|db|rpc|error|exception|langchain)\.[a-z_.]{1,60}|(?:user|session)\.id|ai\.[A-Za-z_.]{1,60})$/
const MAX_NAMES = 1000

const known = new WeakMap<Redact, Map<string, string>>()

/** `name` after `redact`, which is asked once for each: such names seldom differ, and stand on every span. */
function askedOnce(name: string, redact: Redact, key: string): string {
  let names = known.get(redact)
  if (names === undefined || names.size >= MAX_NAMES) {
    names = new Map()
    known.set(redact, names)
  }
  const place = `${key}\n${name}`
  let exported = names.get(place)
  if (exported === undefined) {
    exported = redactText(name, redact, { span: '', spanType: 'UNKNOWN', key })
    names.set(place, exported)
  }
  return exported
}

/** The name of an attribute as it is exported; empty where `redact` takes it out. */
export function exportedKey(key: string, redact: Redact | undefined): string {
  return redact === undefined || CONVENTIONAL.test(key) ? key : askedOnce(key, redact, 'attribute')
}

/** The instrumentation scope as it is exported; the very same where `redact` leaves it as it is. */
export function exportedScope(scope: InstrumentationScope, redact: Redact | undefined): InstrumentationScope {
  // Ours is the same for everybody.
  if (redact === undefined || scope.name === 'turnspan') return scope
  const name = askedOnce(scope.name, redact, 'scope') || 'unnamed'
  const version = scope.version && askedOnce(scope.version, redact, 'scope')
  if (name === scope.name && version === scope.version) return scope
  return { name, ...(version && { version }) }
}
