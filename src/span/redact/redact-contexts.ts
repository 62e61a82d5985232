import type { NameKinds } from './redact-names.ts'
import { eachMatch, type Finder, type Found } from './redact-rules.ts'
import { quotedValue } from './redact-text-value.ts'
import { isProse } from './redact-verdict.ts'

const SCHEME = /(?<![A-Za-z])(bearer|basic|ssws)\s{1,3}([A-Za-z0-9._~+/=-]{8,})/gi
const USERINFO = /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"'<>]{0,128}:([^\s/"'<>]{1,256})@/gi
/** A token in the place of a user. */
const USER_TOKEN = /(?<![a-z0-9+.-])https?:\/\/([\w.~%-]{20,256})@/gi
/** Databases have no ports in front of paths, so that what stands up to the `@` is a password, also with a slash. */
const DATABASE =
  /(?<![a-z0-9+.-])(?:postgres(?:ql)?|mysql2?|mariadb|mongodb(?:\+srv)?|rediss?|valkeys?|amqps?|mssql|sqlserver|clickhouse|cockroachdb|nats|kafka|ldaps?|smtps?|imaps?|ftps?|sftp|ssh|vertica|snowflake|oracle|neo4j(?:\+s)?|bolt|cassandra)(?:\+\w{1,20})?:\/\/[^\s/:@"'<>]{0,128}:([^\s"'<>]{1,256})@/gi
const ORACLE = /jdbc:oracle:\w{1,10}:[\w$#]{1,64}\/([^\s@"']{1,128})@/gi
const NAMED =
  /(?<![A-Za-z])(?:name|key|header)(?:\\{0,3}["'])?\s{0,3}[:=]\s{0,3}(?:\\{0,3}["'])?([A-Za-z][\w.-]{2,60})(?:\\{0,3}["'])?\s{0,3},?\s{0,40}(?:\\{0,3}["'])?value(?:\\{0,3}["'])?\s{0,3}[:=]\s{0,3}/gi
const PAIR = /[[(]\s{0,8}(?:\\{0,3}["'])([A-Za-z][\w.-]{2,60})(?:\\{0,3}["'])\s{0,3},\s{0,8}(?=\\{0,3}["'])/g
const ELEMENT = /<(?:\w{1,20}:)?([A-Za-z][\w.-]{2,60})(?:\s[^<>]{0,200})?>([^<]{1,500})<\//g
const FLAG = /--?([a-z][\w-]{2,60})\s{1,3}(?=[^\s-])/iy
const COMMAND =
  /(?<![\w-])(?:curl|mysql(?:dump|admin)?|sshpass|redis-cli|wget|http)\s[^\n]{0,300}?\s?(?:-u\s{0,2}["']?[^\s:"'-][^\s:"']{0,64}:|-p\s?["']?(?=[^\s-])|-a\s["']?)([^\s"']{3,128})/g
const SQL =
  /(?<![A-Za-z])(?:identified\s{1,3}(?:with\s{1,3}\w{1,40}\s{1,3})?(?:by|as)|(?:with\s{1,3})?password|secret)\s{1,3}'([^'\n]{3,256})'/gi
const NETRC = /(?<![A-Za-z])login\s{1,4}\S{1,100}\s{1,8}password\s{1,4}(\S{3,100})/g

/** Secrets that stand in known places: schemes of headers, URLs, pairs of a name and a value, commands, statements. */
export function contextFinders(kindOfName: NameKinds): readonly Finder[] {
  return [
    scheme,
    urls,
    (text, found) => {
      if (text.includes('value')) named(NAMED, text, kindOfName, found)
      if (text.includes('[') || text.includes('(')) named(PAIR, text, kindOfName, found)
      if (text.includes('</')) elements(text, kindOfName, found)
    },
    (text, found) => {
      if (text.includes(' -') || text.startsWith('-')) {
        flags(text, kindOfName, found)
        if (COMMAND_HINT.test(text)) groupFound(COMMAND, 'password', text, found)
      }
      if (text.includes(" '")) groupFound(SQL, 'password', text, found)
      if (text.includes('login ')) groupFound(NETRC, 'password', text, found)
    },
  ]
}

const COMMAND_HINT = /curl|mysql|sshpass|redis-cli|wget|http /

const scheme: Finder = (text, found) =>
  eachMatch(SCHEME, text, (match) => {
    const [whole, word = '', value = ''] = match
    const isLong = value.length >= 16 && /[\d=]/.test(value)
    if (!isLong && !(word.toLowerCase() === 'basic' && isUserAndPassword(value))) return
    found(match.index + whole.length - value.length, match.index + whole.length, 'authorization')
  })

function isUserAndPassword(value: string): boolean {
  try {
    // Known to browsers too, which this is also for.
    return /^[\x20-\x7e]+:[\x20-\x7e]*$/.test(atob(value.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    return false
  }
}

const urls: Finder = (text, found) => {
  if (!text.includes('@')) return
  if (text.includes('://')) {
    groupFound(USERINFO, 'password', text, found, 1)
    groupFound(DATABASE, 'password', text, found, 1)
    eachMatch(USER_TOKEN, text, (match) => {
      const end = match.index + match[0].length - 1
      if (/\d/.test(match[1] ?? '')) found(end - (match[1]?.length ?? 0), end, 'token')
    })
  }
  if (text.includes('jdbc:oracle')) groupFound(ORACLE, 'password', text, found, 1)
}

/** The group of each match, which stands at its end but for `behind` characters. */
function groupFound(pattern: RegExp, kind: string, text: string, found: Found, behind = 0): void {
  eachMatch(pattern, text, (match) => {
    const end = match.index + match[0].length - behind
    const value = match[1] ?? ''
    const closes = behind === 0 && text.slice(0, end).endsWith("'") ? 1 : 0
    if (!value.startsWith('[') && !isProse(value)) found(end - closes - value.length, end - closes, kind)
  })
}

function named(pattern: RegExp, text: string, kindOfName: NameKinds, found: Found): void {
  eachMatch(pattern, text, (match) => {
    const kind = kindOfName(match[1] ?? '')
    if (kind === undefined) return
    const at = match.index + match[0].length
    const quoted = quotedValue(text, at)
    const { start, end } = quoted ?? { start: at, end: wordEnd(text, at) }
    const value = text.slice(start, end)
    if (value.length >= 3 && !value.startsWith('[') && isValue(value)) found(start, end, kind)
  })
}

/** A lone word of letters is another name rather than a secret. */
const isValue = (value: string): boolean => !isProse(value) && !/^[A-Za-z_]{1,12}$/.test(value)

function wordEnd(text: string, at: number): number {
  let end = at
  while (end < text.length && end < at + 1000 && !/[\s,;"'}\]<>]/.test(text.charAt(end))) end += 1
  return end
}

function elements(text: string, kindOfName: NameKinds, found: Found): void {
  eachMatch(ELEMENT, text, (match) => {
    const [whole, name = '', value = ''] = match
    const kind = kindOfName(name)
    const end = match.index + whole.length - 2
    if (kind !== undefined && value.trim() !== '' && !value.startsWith('[') && !isProse(value)) {
      found(end - value.length, end, kind)
    }
  })
}

function flags(text: string, kindOfName: NameKinds, found: Found): void {
  for (let dash = text.indexOf('-'); dash >= 0; dash = text.indexOf('-', dash + 1)) {
    if (dash > 0 && /[\w-]/.test(text.charAt(dash - 1))) continue
    FLAG.lastIndex = dash
    const name = FLAG.exec(text)?.[1]
    const kind = name === undefined ? undefined : kindOfName(name)
    if (kind === undefined) continue
    const at = FLAG.lastIndex
    const quoted = quotedValue(text, at)
    const { start, end } = quoted ?? { start: at, end: wordEnd(text, at) }
    const value = text.slice(start, end)
    const isSecret = quoted !== undefined || /[\d!@#$%^&*+=~?/]/.test(value)
    if (value.length >= 4 && isSecret && !value.startsWith('[') && !isProse(value)) found(start, end, kind)
  }
}
