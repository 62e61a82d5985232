import { expressionEnd, matchEnd, numeral, quoted, trivia, word } from './source-scan.ts'

/** One declared parameter of a function. */
export interface Parameter {
  /** As written in the source; `undefined` when it has no name of its own (destructured) or an escaped one. */
  readonly name: string | undefined
  /** Whether it is a rest parameter. */
  readonly rest: boolean
}

/** A parameter list longer than this is not read: nobody wrote it by hand. In characters. */
const MAX_LIST_LENGTH = 65_536

/** What TypeScript writes for an async function below ES2017: the real parameters are the generator's. */
const awaiter =
  /\s*(?:=>\s*)?(?:\{\s*(?:"use strict";\s*)?return\s+)?(?:\(0,\s*)?(?:[\w$]+\.)*__awaiter\)?\(\s*(?:this|_this|void 0)\s*,\s*(?:arguments|\[[^\]]*\])\s*,\s*(?:void 0|[\w$.]+)\s*,\s*function\s*\*\s*[\w$]*\(/y
const nativeBody = /\s*\{\s*\[native code/y

const known = new WeakMap<object, readonly Parameter[] | null>()

/**
 * The parameters that `fn` declares, in order, read from its source once and remembered. `undefined` when the
 * source does not tell: native and bound functions, proxies, classes, lists beyond 64 KiB. Never throws.
 */
// biome-ignore lint/complexity/noBannedTypes: any callable will do, whatever its signature.
export function parameterNames(fn: Function): readonly Parameter[] | undefined {
  const found = known.get(fn)
  if (found !== undefined) return found ?? undefined
  const parameters = readParameters(fn)
  if (typeof fn === 'function') known.set(fn, parameters ?? null)
  return parameters
}

function readParameters(fn: unknown): readonly Parameter[] | undefined {
  try {
    const source = Function.prototype.toString.call(fn).slice(0, MAX_LIST_LENGTH)
    const head = readHead(source)
    if (head === undefined || typeof head === 'string') {
      return head === undefined ? undefined : [{ name: plain(head), rest: false }]
    }
    const list = readList(source, head)
    if (!list || matchEnd(nativeBody, source, list.end) >= 0) return undefined
    const inner = matchEnd(awaiter, source, list.end)
    return (inner < 0 ? undefined : readList(source, inner)?.parameters) ?? list.parameters
  } catch {
    return undefined
  }
}

const plain = (name: string): string | undefined => (name.includes('\\') ? undefined : name)

/** Where the parameter list begins, or the one bare parameter of an arrow function. */
function readHead(source: string): number | string | undefined {
  let at = 0
  let last = ''
  for (let tokens = 0; ; tokens += 1) {
    at = matchEnd(trivia, source, at)
    const char = source[at]
    if (char === undefined) return undefined
    // `class` heads a class, unless it is the name of a method.
    if (last === 'class' && tokens === 1 && char !== '(') return undefined
    if (char === '(') return at + 1
    if (source.startsWith('=>', at)) return last
    if (char === '[') at = expressionEnd(source, at + 1, ']') + 1
    else if (char === '*') at += 1
    else if (char === '"' || char === "'") at = matchEnd(quoted, source, at)
    else {
      const end = matchEnd(word, source, at)
      last = end < 0 ? '' : source.slice(at, end)
      at = end < 0 ? matchEnd(numeral, source, at) : end
    }
    if (at <= 0) return undefined
  }
}

interface List {
  readonly parameters: readonly Parameter[]
  /** The position after the closing parenthesis. */
  readonly end: number
}

function readList(source: string, from: number): List | undefined {
  const parameters: Parameter[] = []
  let at = matchEnd(trivia, source, from)
  while (source[at] !== ')') {
    const rest = source.startsWith('...', at)
    if (rest) at = matchEnd(trivia, source, at + 3)
    const nameEnd = matchEnd(word, source, at)
    parameters.push({ name: nameEnd < 0 ? undefined : plain(source.slice(at, nameEnd)), rest })
    const end = expressionEnd(source, at, ',)')
    if (end < 0) return undefined
    at = source[end] === ',' ? matchEnd(trivia, source, end + 1) : end
  }
  return { parameters, end: at + 1 }
}
