import * as z from 'zod/mini'

/**
 * A check that also converts: what an option or a variable holds in, the value that we work with out. The
 * schema is built at the first use, since building schemas at import would cost every program that never traces.
 */
export type Rule<T> = (name: string) => z.ZodMiniType<T>

/** A rule whose schema is made by `make`, once. */
export function rule<T>(make: () => z.ZodMiniType<T>): Rule<T> {
  let schema: z.ZodMiniType<T> | undefined
  return () => {
    schema ??= make()
    return schema
  }
}

/** Longest delay that a timer of Node takes. */
const MOST_MS = 2_147_483_647
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

const readWord = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toLowerCase() : value)

const readLine = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value)

const isLine = (value: string): boolean => value !== '' && !CONTROL.test(value)

/** One of `words`, in any case. */
export function oneOf<const T extends string>(...words: readonly T[]): Rule<T> {
  return rule(() => z.pipe(z.transform(readWord), z.enum(words as [T, ...T[]])) as z.ZodMiniType<T>)
}

/** A whole number from `least` to `most`, also as text. */
export function integer(least: number, most: number): Rule<number> {
  return rule(() => z.pipe(z.transform(readNumber), z.int().check(z.gte(least), z.lte(most))))
}

/** What {@link readFlag} understands. */
export const flag: Rule<boolean> = rule(() => z.pipe(z.transform(readFlag), z.boolean()))
/** A number from 0 to 1, also as text. */
export const ratio: Rule<number> = rule(() =>
  z.pipe(z.transform(readNumber), z.number().check(z.gte(0), z.lte(1))),
)
/** Milliseconds; 0 would mean never or at once, which no timeout should. */
export const timeoutMs: Rule<number> = integer(1, MOST_MS)
/** Milliseconds, 0 allowed. */
export const delayMs: Rule<number> = integer(0, MOST_MS)
/** A count of at least one. */
export const count: Rule<number> = integer(1, Number.MAX_SAFE_INTEGER)
/** Seconds, fractions allowed. */
export const seconds: Rule<number> = rule(() =>
  z.pipe(z.transform(readNumber), z.number().check(z.gt(0), z.lte(MOST_MS / 1000))),
)
/** A text of one line, trimmed. */
export const line: Rule<string> = rule(() =>
  z.pipe(z.transform(readLine), z.string().check(z.refine(isLine))),
)
/** A text of one line, kept to the letter. */
export const password: Rule<string> = rule(() => z.string().check(z.refine(isLine)))
/** A user name as Basic authentication can carry it. */
export const username: Rule<string> = rule(() =>
  z.pipe(z.transform(readLine), z.string().check(z.refine((text) => isLine(text) && !text.includes(':')))),
)
/** A token as it fits into a header; a line break at the end, as files have it, is cut. */
export const token: Rule<string> = rule(() =>
  z.pipe(z.transform(readLine), z.string().check(z.regex(/^[\x21-\x7e]+$/))),
)
/** An experiment's ID: digits. */
export const experimentId: Rule<string> = rule(() =>
  z.pipe(
    z.transform((value) => (Number.isSafeInteger(value) ? String(value) : readLine(value))),
    z.string().check(z.regex(/^\d+$/)),
  ),
)
/** A workspace's name, by the rule of MLflow's server. */
export const workspace: Rule<string> = rule(() =>
  z.pipe(z.transform(readLine), z.string().check(z.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/))),
)
/** A run's ID, as a header can carry it. */
export const runId: Rule<string> = rule(() =>
  z.pipe(z.transform(readLine), z.string().check(z.regex(/^[\w-]{1,250}$/))),
)
/** A function. */
export const callback: Rule<(...given: never[]) => unknown> = rule(() =>
  z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function'),
)

/** A rule made of a function that gives `undefined` for what does not fit. */
export function parsed<T>(parse: (value: unknown) => T | undefined): Rule<T> {
  const make = (): z.ZodMiniType<unknown> =>
    z.pipe(
      z.transform((value: unknown): unknown => parse(value)),
      z.unknown().check(z.refine((value) => value !== undefined)),
    )
  return rule(make as () => z.ZodMiniType<T>)
}
