import type { TraceState } from '@opentelemetry/api'

// https://www.w3.org/TR/trace-context-2/#tracestate-header, whose keys are those of level 1 and a few more.
const MAX_MEMBERS = 32
// No more than this is what everybody on the way carries on.
const MAX_CHARACTERS = 512
const LONG_MEMBER = 128
const KEY = /^[a-z0-9][_0-9a-z\-*/@]{0,255}$/
const VALUE = /^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/

const NONE: ReadonlyMap<string, string> = new Map()

/**
 * The W3C `tracestate` that `text` holds: none where a member is malformed, or there are more than 32, for then it cannot
 * be told what the others meant. Of members with one key the first, which is the newest, counts. One that gets too long
 * as members are added loses whole ones: long ones first, then the oldest.
 */
export function createTraceState(text = ''): TraceState {
  return stateOf(readMembers(text) ?? NONE)
}

let last: { readonly text: string; readonly state: TraceState } | undefined

/** {@link createTraceState}; all spans of most processes have the same one. */
export function traceStateOf(text: string): TraceState {
  if (last?.text !== text) last = { text, state: createTraceState(text) }
  return last.state
}

/** The newest member is first, in the map as in the text. */
function stateOf(members: ReadonlyMap<string, string>): TraceState {
  let text: string | undefined
  const without = (key: string): [string, string][] => [...members].filter(([other]) => other !== key)
  return {
    get: (key) => members.get(key),
    set: (key, value) =>
      KEY.test(key) && VALUE.test(value)
        ? stateOf(new Map([[key, value], ...without(key)]))
        : stateOf(members),
    unset: (key) => stateOf(new Map(without(key))),
    serialize() {
      text ??= fitting([...members].map(([key, value]) => `${key}=${value}`)).join(',')
      return text
    },
  }
}

function readMembers(text: string): ReadonlyMap<string, string> | undefined {
  const members = new Map<string, string>()
  for (const part of text.split(',')) {
    const member = part.trim()
    if (member === '') continue
    const at = member.indexOf('=')
    const [key, value] = [member.slice(0, at), member.slice(at + 1)]
    if (at < 0 || !KEY.test(key) || !VALUE.test(value)) return undefined
    if (!members.has(key)) members.set(key, value)
    if (members.size > MAX_MEMBERS) return undefined
  }
  return members
}

/** Those of `members` that may be sent, the first one always among them. */
function fitting(members: string[]): string[] {
  const kept = members.slice(0, MAX_MEMBERS)
  const isTooLong = (): boolean => kept.join(',').length > MAX_CHARACTERS
  for (let i = kept.length - 1; i > 0 && isTooLong(); i -= 1) {
    if ((kept[i]?.length ?? 0) > LONG_MEMBER) kept.splice(i, 1)
  }
  while (kept.length > 1 && isTooLong()) kept.pop()
  return kept
}
