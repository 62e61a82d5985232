import { llmRequest, llmResponse, text, toolArguments, toolResult } from './payloads.mjs'

const POOL = 262_144
const PAGE = 32_768

/**
 * Payloads that are made when they are asked for, as a program gets them from its network, and that nobody keeps:
 * each string is copied out of a pool of bytes, which costs next to nothing. The rows of a tool are pieces of a page of
 * 32,768 characters: who keeps such a row keeps the page, unless it copies. `scripts` as in `text`.
 */
export function freshPayloads(scripts) {
  const pools = scripts.map((script) => textPool(script))
  let drawn = 0
  const take = (length) => pools[drawn++ % pools.length](length)
  const pieces = () => {
    const page = take(PAGE)
    let at = 0
    return (length) => {
      const start = whole(at, (i) => page.charCodeAt(i))
      at = whole(start + length, (i) => page.charCodeAt(i))
      return page.slice(start, at)
    }
  }
  return {
    question: () => take(900),
    answer: () => take(2200),
    request: () => llmRequest(take),
    response: () => llmResponse(take),
    arguments: () => toolArguments(take),
    result: () => toolResult(pieces()),
  }
}

/** Gives new strings of a length, out of one long text. Engines keep a character in one byte where Latin-1 is enough. */
function textPool(script) {
  const characters = text(POOL, script)
  const narrow = script === 'ascii' || script === 'latin'
  const bytes = Buffer.from(characters, narrow ? 'latin1' : 'utf16le')
  const unit = (i) => characters.charCodeAt(i)
  let at = 0
  return (length) => {
    if (at + length + 1 > POOL) at %= 61
    const start = whole(at, unit)
    at = whole(start + length, unit)
    return narrow ? bytes.latin1Slice(start, at) : bytes.ucs2Slice(2 * start, 2 * at)
  }
}

/** `at`, or the next place where no pair of surrogates is torn apart. */
function whole(at, unit) {
  const code = unit(at)
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at
}
