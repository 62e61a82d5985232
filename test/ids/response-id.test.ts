import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newResponseId, ResponseIdError, traceIdFromResponseId } from '../../src/ids/response-id.ts'
import { responseIdFromTraceId, toMlflowTraceId, toTraceId } from '../../src/ids/trace-id.ts'

const hex = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: min, maxLength: max })
const isZero = (text: string): boolean => /^0*$/.test(text.slice(0, 32))

describe('the trace ID of a response ID', () => {
  test('is its suffix, lowered, padded with zeros on the right or cut to 32 digits', () => {
    fc.assert(
      fc.property(
        hex(1, 64).filter((suffix) => !isZero(suffix)),
        (suffix) => {
          const traceId = traceIdFromResponseId(`resp_${suffix}`)
          expect(traceId).toMatch(/^[0-9a-f]{32}$/)
          expect(traceId).toBe(suffix.toLowerCase().slice(0, 32).padEnd(32, '0'))
        },
      ),
    )
  })

  test('and back are inverse for 32 digits', () => {
    fc.assert(
      fc.property(
        hex(32, 32).filter((suffix) => !isZero(suffix)),
        (suffix) => {
          const responseId = `resp_${suffix.toLowerCase()}`
          expect(responseIdFromTraceId(traceIdFromResponseId(responseId))).toBe(responseId)
        },
      ),
    )
  })

  test.each([
    ['resp_0AF7651916CD43DD8448EB211C80319C', '0af7651916cd43dd8448eb211c80319c'],
    ['resp_abc', `abc${'0'.repeat(29)}`],
    ['resp_68f0c2a1d3e4b5f60718293a', '68f0c2a1d3e4b5f60718293a00000000'],
    [`resp_${'1'.repeat(32)}${'2'.repeat(16)}`, '1'.repeat(32)],
  ])('%s gives %s', (responseId, traceId) => {
    expect(traceIdFromResponseId(responseId)).toBe(traceId)
  })

  test.each([
    ['', 'starts with "resp_"'],
    ['0af7651916cd43dd8448eb211c80319c', 'starts with "resp_"'],
    ['RESP_aa', 'starts with "resp_"'],
    ['resp_', 'has hex digits after'],
    ['resp_xyz', 'only hex digits'],
    ['resp_12 34', 'only hex digits'],
    ['resp_１２', 'only hex digits'],
    [`resp_${'0'.repeat(32)}`, 'all-zero'],
    ['resp_0', 'all-zero'],
    [undefined, 'is a string'],
    [null, 'is a string'],
    [42, 'is a string'],
    [{}, 'is a string'],
  ])('of %j is refused', (responseId, rule) => {
    const derive = () => traceIdFromResponseId(responseId as string)
    expect(derive).toThrow(TypeError)
    expect(derive).toThrow(ResponseIdError)
    expect(derive).toThrow(rule)
    expect(derive).toThrow(expect.objectContaining({ code: 'ERR_RESPONSE_ID' }))
  })

  test('of any other text is refused with the same code, whatever the text', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        if (typeof value === 'string' && /^resp_[0-9a-f]+$/i.test(value)) return
        expect(() => traceIdFromResponseId(value as string)).toThrow(
          expect.objectContaining({ code: 'ERR_RESPONSE_ID' }),
        )
      }),
    )
  })

  test.each([31, 33, 48])('strictly has 32 digits, so %i are refused', (length) => {
    expect(() => traceIdFromResponseId(`resp_${'a'.repeat(length)}`, { strict: true })).toThrow('exactly 32')
  })
})

test('new response IDs are of that form, and differ', () => {
  const made = Array.from({ length: 1000 }, newResponseId)
  expect(new Set(made).size).toBe(1000)
  for (const id of made) expect(traceIdFromResponseId(id, { strict: true })).toBe(id.slice(5))
})

describe('any way of naming a trace', () => {
  const id = '0af7651916cd43dd8448eb211c80319c'

  test.each([id, id.toUpperCase(), `tr-${id}`, `resp_${id}`])('%s names the same trace', (name) => {
    expect(toTraceId(name)).toBe(id)
    expect(toMlflowTraceId(name)).toBe(`tr-${id}`)
    expect(responseIdFromTraceId(name)).toBe(`resp_${id}`)
  })

  test.each(['', 'tr-', 'tr-abc', `tr-${'0'.repeat(32)}`, `${id}0`, 'x'.repeat(32), undefined, 7])(
    '%j names none',
    (name) => {
      expect(() => toTraceId(name as string)).toThrow(expect.objectContaining({ code: 'ERR_TRACE_ID' }))
    },
  )
})
