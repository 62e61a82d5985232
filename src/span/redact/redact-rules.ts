import { isIPv4, isIPv6 } from 'node:net'

/** Takes a part of a text, from `start` up to `end`, that holds data of `kind`. */
export type Found = (start: number, end: number, kind: string) => void

/** Looks for data in `text`, as it came: what another finder found is still there. */
export type Finder = (text: string, found: Found) => void

// Every finder takes time in proportion to the text: its patterns begin at a literal or at a boundary (so a run of
// characters is entered once), and what repeats is either bounded or ends the match.

/** A finder for `pattern`, tried only on texts that contain one of `hints`. `accept` looks at the match again. */
export function patternFinder(
  kind: string,
  hints: readonly string[],
  pattern: RegExp,
  accept?: (found: string) => boolean,
): Finder {
  return (text, found) => {
    if (hints.length > 0 && !hints.some((hint) => text.includes(hint))) return
    eachMatch(pattern, text, (match) => {
      if (accept === undefined || accept(match[0])) found(match.index, match.index + match[0].length, kind)
    })
  }
}

/** Calls `use` with each match of `pattern`, which is global. The place where it stopped last does not matter. */
export function eachMatch(pattern: RegExp, text: string, use: (match: RegExpExecArray) => void): void {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[0] === '') pattern.lastIndex += 1
    else use(match)
  }
}

/** A part of a text that is to be replaced. */
export interface Find {
  readonly start: number
  readonly end: number
  readonly kind: string
}

/** What `finders` find in `text`, in its order; parts that overlap are one, of the kind that was found first. */
export function findAll(finders: readonly Finder[], text: string): readonly Find[] {
  let finds: Find[] | undefined
  const found: Found = (start, end, kind) => {
    if (end <= start) return
    finds ??= []
    finds.push({ start, end, kind })
  }
  for (const finder of finders) finder(text, found)
  return finds === undefined ? NONE : apart(finds)
}

const NONE: readonly Find[] = []

function apart(finds: Find[]): readonly Find[] {
  if (finds.length === 1) return finds
  const order = new Map(finds.map((find, i) => [find, i]))
  const rank = (find: Find): number => order.get(find) ?? 0
  const sorted = [...finds].sort((a, b) => a.start - b.start || rank(a) - rank(b))
  const parts: Find[] = []
  let last: Find | undefined
  let lastRank = 0
  for (const find of sorted) {
    if (last === undefined || find.start >= last.end) {
      last = find
      lastRank = rank(find)
      parts.push(find)
      continue
    }
    const { kind } = rank(find) < lastRank ? find : last
    lastRank = Math.min(lastRank, rank(find))
    last = { start: last.start, end: Math.max(last.end, find.end), kind }
    parts[parts.length - 1] = last
  }
  return parts
}

/** `text` with a mark in place of each of `finds`. */
export function withMarks(text: string, finds: readonly Find[], mark: (kind: string) => string): string {
  let result = ''
  let from = 0
  for (const { start, end, kind } of finds) {
    result += text.slice(from, start) + mark(kind)
    from = end
  }
  return from === 0 ? text : result + text.slice(from)
}

const IPV4 = /(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w]|\.\d)/g
const IPV6 = /(?<![\w:.])(?=[0-9a-f]{0,4}:)[0-9a-f:]{2,39}(?:\.\d{1,3}){0,3}(?![\w:])/gi

/** Addresses of machines. */
export const ipFinders = (): readonly Finder[] => [
  patternFinder('ip', ['.'], IPV4, isIPv4),
  patternFinder('ip', [':'], IPV6, (found) => found !== '::' && isIPv6(found)),
]
