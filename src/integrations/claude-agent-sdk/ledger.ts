import { type ModelUsage, number } from '../base/index.ts'
import { dataAt, dataFields } from '../base/own-data.ts'

/** Tokens as Anthropic counts them: the input without what the cache read or took. */
export interface Tokens {
  input: number
  output: number
  read: number
  written: number
  written1h: number
}

const none = (): Tokens => ({ input: 0, output: 0, read: 0, written: 0, written1h: 0 })
const COUNTS = ['input', 'output', 'read', 'written', 'written1h'] as const

/** Of `usage` of a message, or of a result. */
export function tokensOf(usage: unknown): Tokens {
  const count = (key: string, inner?: string): number => number(dataAt(usage, key, inner)) ?? 0
  return {
    input: count('input_tokens'),
    output: count('output_tokens'),
    read: count('cache_read_input_tokens'),
    written: count('cache_creation_input_tokens'),
    written1h: count('cache_creation', 'ephemeral_1h_input_tokens'),
  }
}

/** The same as it is recorded. */
export function usageOfTokens({ input, output, read, written, written1h }: Tokens): ModelUsage {
  return {
    inputTokens: input + read + written,
    outputTokens: output,
    ...(read > 0 && { cacheReadInputTokens: read }),
    ...(written > 0 && { cacheCreationInputTokens: written }),
    ...(written1h > 0 && { cacheCreation1hInputTokens: written1h }),
  }
}

/** Tokens that no call has told, by model. */
export interface Rest {
  readonly model: string
  readonly tokens: Tokens
}

/**
 * Keeps account of the tokens of one query: what its model calls have told, against what its results tell of all calls, which
 * is a running total. The messages of newer versions have an output of 1 or so, and the calls of helpers are not among them.
 */
export interface Ledger {
  /** A call of `model` tells `tokens`. */
  told(model: string, tokens: Tokens): void
  /** A result came. @returns what is missing */
  rest(result: unknown): Rest[]
}

/** @param continues - the session was begun by an earlier query, whose tokens the first result counts as well */
export function createLedger(continues: boolean): Ledger {
  const told = new Map<string, Tokens>()
  const names = new Map<string, string>()
  let isFirst = true
  const add = (model: string, tokens: Tokens): void => {
    const key = family(model)
    if (!names.has(key)) names.set(key, model)
    const sum = told.get(key) ?? none()
    for (const count of COUNTS) sum[count] += tokens[count]
    told.set(key, sum)
  }
  const missing = (totals: ReadonlyMap<string, Tokens>): Rest[] => {
    const rests: Rest[] = []
    for (const [key, total] of totals) {
      const tokens = difference(total, told.get(key) ?? none())
      const model = names.get(key) ?? key
      if (COUNTS.some((count) => tokens[count] > 0)) rests.push({ model, tokens })
    }
    return rests
  }
  return {
    told: add,
    rest(result) {
      const totals = totalsOf(result)
      const first = isFirst && continues
      isFirst = false
      // Whose models cannot be matched would be counted twice.
      const strange = [...told.keys()].some((key) => !totals.has(key))
      const rests: Rest[] =
        first || totals.size === 0 ? ofTurn(result, told, names) : strange ? [] : missing(totals)
      for (const { model, tokens } of rests) add(model, tokens)
      if (first) for (const [key, total] of totals) told.set(key, total)
      return rests
    },
  }
}

/** By the result's own tokens, which are those of one turn without its sub-agents. */
function ofTurn(
  result: unknown,
  told: ReadonlyMap<string, Tokens>,
  names: ReadonlyMap<string, string>,
): Rest[] {
  const [only] = told.keys()
  if (only === undefined || told.size > 1) return []
  const tokens = difference(tokensOf(dataAt(result, 'usage')), told.get(only) ?? none())
  return COUNTS.some((count) => tokens[count] > 0) ? [{ model: names.get(only) ?? only, tokens }] : []
}

function totalsOf(result: unknown): ReadonlyMap<string, Tokens> {
  const totals = new Map<string, Tokens>()
  for (const [model, usage] of Object.entries(dataFields(dataAt(result, 'modelUsage')))) {
    const count = (key: string): number => number(dataAt(usage, key)) ?? 0
    const sum = totals.get(family(model)) ?? none()
    sum.input += count('inputTokens')
    sum.output += count('outputTokens')
    sum.read += count('cacheReadInputTokens')
    sum.written += count('cacheCreationInputTokens')
    sum.written1h += count('cacheCreationEphemeral1hInputTokens')
    totals.set(family(model), sum)
  }
  return totals
}

function difference(total: Tokens, known: Tokens): Tokens {
  const rest = none()
  for (const count of COUNTS) rest[count] = Math.max(0, total[count] - known[count])
  return rest
}

/** A model by whatever name: an answer names the dated version of the alias that was asked for, clouds put words around it. */
const family = (model: string): string =>
  model
    .toLowerCase()
    .replace(/^.*anthropic[./]/, '')
    .replace(/\[[^\]]*\]$/, '')
    .replace(/-v\d+(?::\d+)?$/, '')
    .replace(/[-@]20\d{6}$/, '')
    .replace(/-latest$/, '')
