import type { TraceState } from '@opentelemetry/api'

const MOST_MEMBERS = 32
const MOST_CHARACTERS = 512
const KEY = /^(?:[a-z][_0-9a-z\-*/]{0,255}|[a-z0-9][_0-9a-z\-*/]{0,240}@[a-z][_0-9a-z\-*/]{0,13})$/
const VALUE = /^[ -~]{0,255}[!-~]$/

/**
 * The W3C `tracestate` that `text` holds, as OpenTelemetry's API reads it: members that are malformed are left out, and
 * a text that is too long is taken for none.
 */
export function createTraceState(text = ''): TraceState {
  return stateOf(text.length > MOST_CHARACTERS ? new Map() : readMembers(text))
}

/** The newest member is last in the map and first in the text. */
function stateOf(members: ReadonlyMap<string, string>): TraceState {
  const changed = (key: string, value?: string): TraceState => {
    const copy = new Map(members)
    copy.delete(key)
    if (value !== undefined) copy.set(key, value)
    return stateOf(copy)
  }
  return {
    get: (key) => members.get(key),
    set: changed,
    unset: (key) => changed(key),
    serialize: () =>
      [...members]
        .reverse()
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
  }
}

function readMembers(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  for (const part of text.split(',').reverse()) {
    const member = part.trim()
    const at = member.indexOf('=')
    if (at < 0) continue
    const [key, value] = [member.slice(0, at), member.slice(at + 1)]
    if (KEY.test(key) && VALUE.test(value) && !value.includes('=')) members.set(key, value)
  }
  return members.size > MOST_MEMBERS ? new Map([...members].slice(-MOST_MEMBERS)) : members
}
