/**
 * Finds its way through JavaScript source just far enough to tell where an expression ends. Brackets, strings,
 * templates and comments are easy; what needs memory is the slash, which divides after an operand and opens a
 * regular expression everywhere else, and after a `)` or `}` depends on what the bracket belonged to.
 */

type Bracket = 'paren' | 'array' | 'object' | 'block' | 'class' | 'template'

interface Level {
  readonly kind: Bracket
  /** What may follow the closing bracket: an operator (`false`) or the start of an operand (`true`). */
  readonly operandAfter: boolean
  /** `?` without its `:` so far. */
  ternaries: number
  /** `function` and `class` words whose body is still to come. */
  readonly bodies: { readonly kind: Bracket; readonly declaration: boolean }[]
}

/** Whitespace and comments. */
export const trivia: RegExp = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)*/y
/** An identifier, a private name, or either with unicode escapes. */
export const word: RegExp =
  /#?(?:[$_\p{ID_Start}]|\\u[\da-f]{4}|\\u\{[\da-f]+\})(?:[$\p{ID_Continue}]|\u200c|\u200d|\\u[\da-f]{4}|\\u\{[\da-f]+\})*/iuy
/** A quoted string. */
export const quoted: RegExp = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y
/** A number, with whatever is glued to it. */
export const numeral: RegExp = /\.?\d[\w.]*/y

const regexLiteral = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/[$\w]*/y
const templateText = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y
const lineBreak = /[\n\r\u2028\u2029]/
const operator = /=>|\+\+|--|\?\.(?!\d)|\?\?=?|[\s\S]/uy

const BEFORE_OPERAND = new Set(
  'return typeof instanceof in new delete void throw case yield await extends var const'.split(' '),
)
const BEFORE_STATEMENT = new Set('else do try finally catch'.split(' '))
const BEFORE_HEAD = new Set('if while for with'.split(' '))

/** What the scan knows at one point of the source. */
interface Scan {
  readonly source: string
  readonly stack: Level[]
  at: number
  /** The last token completed an operand: a slash now divides. */
  operand: boolean
  /** A statement begins here, so `{` is a block and `function` a declaration. */
  statement: boolean
  last: string
  /** A statement began at the `async` that was read last. */
  asyncBegan: boolean
  /** `if`, `while`, `for` or `with` was read, so the next `(` holds its head. */
  head: boolean
}

const level = (kind: Bracket, operandAfter: boolean): Level => ({
  kind,
  operandAfter,
  ternaries: 0,
  bodies: [],
})

const top = (scan: Scan): Level => scan.stack[scan.stack.length - 1] as Level

/** Where `pattern` (sticky) ends when it matches at `at`, otherwise -1. */
export function matchEnd(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(source) ? pattern.lastIndex : -1
}

/**
 * The position of the first character of `stops` that stands at or after `from` outside of any bracket, or -1
 * when the source ends before. `from` is where an expression or a parameter begins.
 */
export function expressionEnd(source: string, from: number, stops: string): number {
  const scan: Scan = {
    source,
    stack: [level('paren', false)],
    at: from,
    operand: false,
    statement: false,
    last: '',
    asyncBegan: false,
    head: false,
  }
  for (;;) {
    const start = matchEnd(trivia, source, scan.at)
    const char = source[start]
    if (char === undefined || source.startsWith('/*', start)) return -1
    const outside = scan.stack.length === 1
    if (outside && stops.includes(char)) return start
    if (outside && (char === ')' || char === ']' || char === '}')) return -1
    const before = scan.at
    scan.at = start
    if (!readToken(scan, char, before)) return -1
  }
}

function readToken(scan: Scan, char: string, before: number): boolean {
  const { source, at } = scan
  if (char === '`' || (char === '}' && top(scan).kind === 'template')) return readTemplate(scan, char)
  const literal = literalEnd(scan, char)
  if (literal !== undefined) {
    follows(scan, true)
    return advance(scan, literal, 'literal')
  }
  const wordEnd = matchEnd(word, source, at)
  if (wordEnd >= 0) {
    const text = source.slice(at, wordEnd)
    readWord(scan, text)
    return advance(scan, wordEnd, text)
  }
  const end = matchEnd(operator, source, at)
  const text = source.slice(at, end)
  readPunctuator(scan, text, before)
  scan.head = false
  return advance(scan, end, text)
}

function advance(scan: Scan, end: number, last: string): boolean {
  scan.at = end
  scan.last = last
  return end >= 0
}

function follows(scan: Scan, operand: boolean, statement = false): true {
  scan.operand = operand
  scan.statement = statement
  return true
}

/** The end of the literal that begins here (-1: it never ends), or `undefined` when none does. */
function literalEnd({ source, at, operand }: Scan, char: string): number | undefined {
  if (char === '"' || char === "'") return matchEnd(quoted, source, at)
  if (char === '/') return operand ? undefined : matchEnd(regexLiteral, source, at)
  const end = matchEnd(numeral, source, at)
  return end < 0 ? undefined : end
}

function readTemplate(scan: Scan, char: string): boolean {
  if (char === '}') scan.stack.pop()
  const end = matchEnd(templateText, scan.source, scan.at + 1)
  const substitution = scan.source[end - 1] === '{'
  if (substitution) scan.stack.push(level('template', false))
  follows(scan, !substitution)
  return advance(scan, end, '`')
}

function readWord(scan: Scan, text: string): true {
  const { last, operand, statement } = scan
  const begins = top(scan).kind === 'block' && (operand || statement)
  const head = scan.head
  scan.head = false
  if (last === '.' || last === '?.') return follows(scan, true)
  if (text === 'function' || text === 'class') {
    const declaration = last === 'async' ? scan.asyncBegan : begins
    top(scan).bodies.push({ kind: text === 'class' ? 'class' : 'block', declaration })
    return follows(scan, true)
  }
  if (text === 'async') scan.asyncBegan = begins
  if (BEFORE_STATEMENT.has(text)) return follows(scan, false, true)
  if (BEFORE_OPERAND.has(text) || (text === 'of' && operand)) {
    scan.head = head && text === 'await'
    return follows(scan, false)
  }
  scan.head = BEFORE_HEAD.has(text)
  return follows(scan, true)
}

function readPunctuator(scan: Scan, text: string, before: number): true {
  const here = top(scan)
  if (text === '(' || text === '[') {
    scan.stack.push(text === '(' ? level('paren', scan.head) : level('array', false))
    return follows(scan, false)
  }
  if (text === '{') return openBrace(scan)
  if (text === ')' || text === ']' || text === '}') {
    scan.stack.pop()
    return follows(scan, !here.operandAfter, here.operandAfter)
  }
  if (text === '++' || text === '--') {
    // After a line break these belong to the operand that follows.
    return follows(scan, scan.operand && !lineBreak.test(scan.source.slice(before, scan.at)))
  }
  if (text === '*' && scan.last === 'function') return follows(scan, true)
  if (text === '?') here.ternaries += 1
  const label = text === ':' && here.ternaries === 0 && here.kind === 'block'
  if (text === ':' && here.ternaries > 0) here.ternaries -= 1
  if (text === ',' || text === ':' || text === ';' || text === '=') here.bodies.length = 0
  if (text === ';') here.ternaries = 0
  return follows(scan, false, label || text === ';')
}

function openBrace(scan: Scan): true {
  const body = scan.operand ? top(scan).bodies.pop() : undefined
  if (body) scan.stack.push(level(body.kind, body.declaration))
  else if (scan.operand || scan.statement || scan.last === '=>') scan.stack.push(level('block', true))
  else scan.stack.push(level('object', false))
  return follows(scan, false, top(scan).kind === 'block')
}
