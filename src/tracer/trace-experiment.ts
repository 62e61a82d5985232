import type { Config } from '../config/config.ts'
import type { Redact } from '../config/limits.ts'
import { redactText } from '../span/redact/redact.ts'

// A member of the tracestate has room for 256 characters.
const MAX_LENGTH = 200

/**
 * The experiment of this process's traces, as it travels with a trace: `<server>.id.<id>` or `<server>.name.<name>`, where
 * `<server>` tells tracking servers apart and names none. `undefined` where there is no MLflow, the experiment is not
 * configured, or its name is too long or something that `redact` changes: other services see it.
 */
export function ownExperiment({ targets, serviceName, redact }: Config): string | undefined {
  const [target] = targets
  if (target === undefined || target.isMlflow === 'no') return undefined
  const { baseUrl, experimentId, experimentName = serviceName } = target.mlflow
  const value = experimentId ?? encoded(tellable(experimentName ?? '', redact))
  if (value === '' || value.length > MAX_LENGTH) return undefined
  return `${keyOf(baseUrl)}.${experimentId === undefined ? 'name' : 'id'}.${value}`
}

/** An experiment of the server at `baseUrl` that {@link ownExperiment} wrote; `undefined` for anything else. */
export function readExperiment(text: string, baseUrl: string): { id: string } | { name: string } | undefined {
  const [, server, kind, value = ''] = /^([\da-f]{8})\.(id|name)\.(.+)$/.exec(text) ?? []
  if (server !== keyOf(baseUrl)) return undefined
  if (kind === 'id') return /^\d{1,20}$/.test(value) ? { id: value } : undefined
  try {
    return { name: decodeURIComponent(value) }
  } catch {
    return undefined
  }
}

const tellable = (name: string, redact: Redact | undefined): string =>
  redactText(name, redact, { span: '', spanType: 'UNKNOWN', key: 'experiment' }) === name ? name : ''

function encoded(name: string): string {
  try {
    return encodeURIComponent(name)
  } catch {
    // Half of a surrogate pair.
    return ''
  }
}

/** FNV-1a of a URL, in hex: enough to tell servers apart. */
function keyOf(url: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < url.length; i += 1) hash = Math.imul(hash ^ url.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
