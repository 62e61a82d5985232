import { resolve } from 'node:path'

/** What a check came to. */
export type Checked<T> = { readonly success: true; readonly data: T } | { readonly success: false }

/**
 * A check that also converts: what an option or a variable holds in, the value that we work with out. Written by hand,
 * though the rest of the package uses zod: options are read at the start of every program, and the checks are few and
 * flat. A test holds each of them against the same rule in zod (docs/decisions/0011-options-without-zod.md).
 */
export type Rule<T> = (name: string) => { safeParse(value: unknown): Checked<T> }

const UNFIT: Checked<never> = { success: false }

/** A rule made of a function that gives `undefined` for what does not fit. */
export function parsed<T>(parse: (value: unknown) => T | undefined): Rule<T> {
  const check = {
    safeParse(value: unknown): Checked<T> {
      const data = parse(value)
      return data === undefined ? UNFIT : { success: true, data }
    },
  }
  return () => check
}

/** Longest delay that a timer of Node takes. */
const MAX_MS = 2_147_483_647
const YES = ['true', '1', 'yes', 'on']
const NO = ['false', '0', 'no', 'off']
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
const CONTROL = /[\u0000-\u001f\u007f]/

/** `true`, `1`, `yes`, `on` and their opposites in any case; `undefined` for anything else. */
export function readFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  const word = value.trim().toLowerCase()
  return YES.includes(word) ? true : NO.includes(word) ? false : undefined
}

const readNumber = (value: unknown): unknown =>
  typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value

const readLine = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value)

const isLine = (value: string): boolean => value !== '' && !CONTROL.test(value)

/** A text that `suits`, trimmed. */
const textThat = (suits: (text: string) => boolean): Rule<string> =>
  parsed((value) => {
    const text = readLine(value)
    return typeof text === 'string' && suits(text) ? text : undefined
  })

/** A number that `suits`, also as text. */
const numberThat = (suits: (value: number) => boolean): Rule<number> =>
  parsed((value) => {
    const number = readNumber(value)
    return typeof number === 'number' && suits(number) ? number : undefined
  })

/** One of `words`, in any case. */
export function oneOf<const T extends string>(...words: readonly T[]): Rule<T> {
  return parsed((value) => {
    const word = typeof value === 'string' ? value.trim().toLowerCase() : value
    return words.find((candidate) => candidate === word)
  })
}

/** A whole number from `least` to `most`, also as text. */
export function integer(least: number, most: number): Rule<number> {
  return numberThat((value) => Number.isSafeInteger(value) && value >= least && value <= most)
}

/** What {@link readFlag} understands. */
export const flag: Rule<boolean> = parsed(readFlag)
/** A number from 0 to 1, also as text. */
export const ratio: Rule<number> = numberThat((value) => value >= 0 && value <= 1)
/** Milliseconds; 0 would mean never or at once, which no timeout should. */
export const timeoutMs: Rule<number> = integer(1, MAX_MS)
/** Milliseconds, 0 allowed. */
export const delayMs: Rule<number> = integer(0, MAX_MS)
/** A count of at least one. */
export const count: Rule<number> = integer(1, Number.MAX_SAFE_INTEGER)
/** Seconds, fractions allowed. */
export const seconds: Rule<number> = numberThat((value) => value > 0 && value <= MAX_MS / 1000)
/** A text of one line, trimmed. */
export const line: Rule<string> = textThat(isLine)
/**
 * A file. A relative path starts in the folder in which the program is when it is configured, and means the same file
 * when the program goes elsewhere later.
 */
export const path: Rule<string> = parsed((value) => {
  const text = readLine(value)
  return typeof text === 'string' && isLine(text) ? resolve(text) : undefined
})
/** A text of one line, kept to the letter. */
export const password: Rule<string> = parsed((value) =>
  typeof value === 'string' && isLine(value) ? value : undefined,
)
/** A user name as Basic authentication can carry it. */
export const username: Rule<string> = textThat((text) => isLine(text) && !text.includes(':'))
/** A token as it fits into a header; a line break at the end, as files have it, is cut. */
export const token: Rule<string> = textThat((text) => /^[\x21-\x7e]+$/.test(text))
/** An experiment's ID: digits. */
export const experimentId: Rule<string> = parsed((value) => {
  const text = Number.isSafeInteger(value) ? String(value) : readLine(value)
  return typeof text === 'string' && /^\d+$/.test(text) ? text : undefined
})
/** A workspace's name, by the rule of MLflow's server. */
export const workspace: Rule<string> = textThat((text) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text))
/** A run's ID, as a header can carry it. */
export const runId: Rule<string> = textThat((text) => /^[\w-]{1,250}$/.test(text))
/** A function. */
export const callback: Rule<(...given: never[]) => unknown> = parsed((value) =>
  typeof value === 'function' ? (value as (...given: never[]) => unknown) : undefined,
)
