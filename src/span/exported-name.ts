import type { Redact } from '../config/limits.ts'
import { cleanName } from './clean-name.ts'
import { type RedactSource, redactText } from './redact.ts'

/** `name` as it is exported: after `redact`, and of a form that every server stores. */
export function exportedName(name: unknown, redact: Redact | undefined, source: RedactSource): string {
  const clean = cleanName(name)
  // A span, a model and a user have to be called something.
  return redact === undefined ? clean : cleanName(redactText(clean, redact, source) || 'unnamed')
}

/** Names of attributes that conventions and integrations give: the same for everybody, so they tell nothing. */
const CONVENTIONAL =
  /^(?:(?:gen_ai|mlflow|turnspan|openinference|llm|mcp|openai|aws|azure|http|url|server|client|network|db|rpc|error|exception|langchain)\.[a-z_.]{1,60}|(?:user|session)\.id|ai\.[A-Za-z_.]{1,60})$/
const MOST_KEYS = 1000

const known = new WeakMap<Redact, Map<string, string>>()

/**
 * The name of an attribute as it is exported; empty where `redact` takes it out. It is asked once for each name: names
 * seldom differ, and stand on every span.
 */
export function exportedKey(key: string, redact: Redact | undefined): string {
  if (redact === undefined || CONVENTIONAL.test(key)) return key
  let keys = known.get(redact)
  if (keys === undefined || keys.size >= MOST_KEYS) {
    keys = new Map()
    known.set(redact, keys)
  }
  let exported = keys.get(key)
  if (exported === undefined) {
    exported = redactText(key, redact, { span: '', spanType: 'UNKNOWN', key: 'attribute' })
    keys.set(key, exported)
  }
  return exported
}
