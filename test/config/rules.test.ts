import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import * as rules from '../../src/config/rules.ts'

const MOST_MS = 2_147_483_647
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const isLine = (text: string): boolean => text !== '' && !/\p{Cc}/u.test(text.replace(/[\u0080-\u009f]/g, ''))

const trimmed = z.transform((value: unknown) => (typeof value === 'string' ? value.trim() : value))
const lowered = z.transform((value: unknown) =>
  typeof value === 'string' ? value.trim().toLowerCase() : value,
)
const numeric = z.transform((value: unknown) =>
  typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value,
)
const whole = (least: number, most: number) => z.pipe(numeric, z.int().check(z.gte(least), z.lte(most)))
const text = (...checks: Parameters<ReturnType<typeof z.string>['check']>) =>
  z.pipe(trimmed, z.string().check(...checks))

const REFERENCES: Readonly<Record<string, readonly [rules.Rule<unknown>, z.ZodMiniType]>> = {
  oneOf: [rules.oneOf('grpc', 'http/protobuf'), z.pipe(lowered, z.enum(['grpc', 'http/protobuf']))],
  integer: [rules.integer(-3, 40), whole(-3, 40)],
  ratio: [rules.ratio, z.pipe(numeric, z.number().check(z.gte(0), z.lte(1)))],
  timeoutMs: [rules.timeoutMs, whole(1, MOST_MS)],
  delayMs: [rules.delayMs, whole(0, MOST_MS)],
  count: [rules.count, whole(1, Number.MAX_SAFE_INTEGER)],
  seconds: [rules.seconds, z.pipe(numeric, z.number().check(z.gt(0), z.lte(MOST_MS / 1000)))],
  line: [rules.line, text(z.refine(isLine))],
  path: [
    rules.path,
    z.pipe(
      text(z.refine(isLine)),
      z.transform((path: string) => resolve(path)),
    ),
  ],
  password: [rules.password, z.string().check(z.refine(isLine))],
  username: [rules.username, text(z.refine((name) => isLine(name) && !name.includes(':')))],
  token: [rules.token, text(z.regex(/^[\x21-\x7e]+$/))],
  workspace: [rules.workspace, text(z.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/))],
  runId: [rules.runId, text(z.regex(/^[\w-]{1,250}$/))],
  experimentId: [
    rules.experimentId,
    z.pipe(
      z.transform((value: unknown) =>
        Number.isSafeInteger(value) ? String(value) : typeof value === 'string' ? value.trim() : value,
      ),
      z.string().check(z.regex(/^\d+$/)),
    ),
  ],
  flag: [rules.flag, z.pipe(z.pipe(lowered, z.transform(flagOf)), z.boolean())],
  callback: [rules.callback, z.custom((value) => typeof value === 'function')],
}

function flagOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (['true', '1', 'yes', 'on'].includes(value)) return true
  return ['false', '0', 'no', 'off'].includes(value) ? false : value
}

const likely = fc.constantFrom<unknown>(
  ...[
    'grpc',
    'GRPC ',
    'http/protobuf',
    'true',
    'No',
    ' on',
    'a:b',
    'a b',
    'a-b',
    '-a',
    'A',
    'a\n',
    'a\u0000',
    '\u007f',
  ],
  ...[
    '',
    ' ',
    '0',
    '1',
    '01',
    '1.5',
    '.5',
    '5.',
    '1e3',
    '1e-3',
    '+1',
    '-0',
    '--1',
    '0x10',
    'NaN',
    'Infinity',
    '12 ',
  ],
  ...[0, -0, 1, -1, 0.5, 1.5, 40, 41, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 2 ** 53 - 1, 1e308, Number.EPSILON],
  ...[
    Number.NaN,
    Infinity,
    -Infinity,
    true,
    false,
    null,
    undefined,
    1n,
    Symbol.iterator,
    [],
    {},
    ['1'],
    () => 1,
  ],
  ...[new String('true'), new Number(1), new Date(0), class {}, 'a'.repeat(251)],
)
const values = fc.oneof(
  likely,
  fc.anything(),
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.integer().map(String),
  fc.double().map(String),
  fc.double({ min: 0, max: 1 }),
  fc.stringMatching(/^\s?[a-zA-Z0-9_:-]{1,8}\s?$/),
)

describe.each(Object.entries(REFERENCES))('the rule %s', (name, [rule, schema]) => {
  it('takes what the same rule in zod takes, and makes the same of it', () => {
    fc.assert(
      fc.property(values, (value) => {
        const { success, data } = schema.safeParse(value)
        const checked = rule(name).safeParse(value)
        expect(checked.success).toBe(success)
        if (checked.success) expect(checked.data).toBe(data)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a rule made of a function', () => {
  it('takes everything but what the function has no answer for', () => {
    const rule = rules.parsed((value) => (value === 'none' ? undefined : { value }))
    expect(rule('name').safeParse('none')).toEqual({ success: false })
    expect(rule('name').safeParse(null)).toEqual({ success: true, data: { value: null } })
  })
})
