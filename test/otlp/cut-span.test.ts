import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutSpan } from '../../src/otlp/cut-span.ts'
import type { AttributeValue } from '../support/decoded-span.ts'
import { endedSpan, wireOptions } from './arbitrary-span.ts'
import {
  attribute,
  decodeSpan,
  event,
  field,
  keyValue,
  kvlist,
  link,
  list,
  number,
  spanOf,
  spansOf,
  text,
} from './cut-bytes.ts'
import { referenceRequest } from './reference.ts'

const cut = (span: Uint8Array, maxBytes: number) => {
  const fitting = cutSpan(span, maxBytes)
  expect(fitting.length).toBeLessThanOrEqual(maxBytes)
  return decodeSpan(fitting)
}
const MARK = /…\[\d+ (characters|bytes) cut\]…/

describe('what fits, or is no span', () => {
  test('is returned as it is', () => {
    const span = spanOf(attribute('a', text('x'.repeat(1000))))
    expect(cutSpan(span, span.length)).toBe(span)
  })

  test.each([
    ['a text that is cut off', spanOf(attribute('a', text('x'.repeat(1000)))).subarray(0, 600)],
    [
      'a nested length that is too long',
      spanOf(field(9, Buffer.from([0x0a, 200, 1])), field(5, 'x'.repeat(900))),
    ],
    ['a group', Buffer.concat([spanOf(field(5, 'x'.repeat(900))), Buffer.from([0x0b])])],
    ['a varint without an end', Buffer.alloc(900, 0xff)],
    ['field number zero', Buffer.concat([Buffer.from([0x02, 1, 0]), spanOf(field(5, 'x'.repeat(900)))])],
  ])('%s comes back unchanged', (_, bytes) => {
    expect(cutSpan(bytes, 300)).toBe(bytes)
  })
})

describe('a span that is too large', () => {
  test('loses the middle of its largest text, and says how much', () => {
    const long = `begin ${'word '.repeat(4000)}end`
    const { attributes } = cut(
      spanOf(attribute('large', text(long)), attribute('small', text('y'.repeat(500)))),
      4000,
    )
    expect(attributes.small).toBe('y'.repeat(500))
    const kept = String(attributes.large)
    const gone = Number(/…\[(\d+) characters cut\]…/.exec(kept)?.[1])
    expect(kept.startsWith('begin word')).toBe(true)
    expect(kept.endsWith('end')).toBe(true)
    expect(gone + kept.length - `…[${gone} characters cut]…`.length).toBe(long.length)
  })

  test('uses what it may: two texts of one size keep the same', () => {
    const span = spanOf(attribute('a', text('x'.repeat(50_000))), attribute('b', text('x'.repeat(50_000))))
    const { attributes } = cut(span, 20_000)
    expect(attributes.a).toBe(attributes.b)
    expect(String(attributes.a).length).toBeGreaterThan(9000)
  })

  test('is cut between characters', () => {
    for (const unit of ['é', '€', '😀', '👩‍👩‍👧']) {
      for (let more = 0; more < 4; more += 1) {
        const { attributes } = cut(spanOf(attribute('a', text('x'.repeat(more) + unit.repeat(3000)))), 2000)
        expect(attributes.a).toMatch(MARK)
        expect(attributes.a).not.toContain('\uFFFD')
      }
    }
  })

  test('is cut in lists, in objects, in attributes of events and links, and where bytes are', () => {
    const large = (unit: string) => text(unit.repeat(8000))
    const span = spanOf(
      attribute('list', list(large('a'), text('short'))),
      attribute('object', kvlist(keyValue('inner', list(large('b'))), keyValue('n', number(3, 7)))),
      event('happened', keyValue('in event', large('c'))),
      attribute('bytes', field(7, Buffer.alloc(8000, 1))),
      field(15, Buffer.concat([field(2, 'd'.repeat(9000)), number(3, 2)])),
    )
    const { attributes, events, status } = cut(span, 6000)
    expect(attributes.list).toEqual([expect.stringMatching(MARK), 'short'])
    expect(attributes.object).toEqual({ inner: [expect.stringMatching(MARK)], n: 7 })
    expect(events[0]?.attributes['in event']).toMatch(MARK)
    expect(attributes.bytes).toBe('…[8000 bytes cut]…')
    expect(status).toEqual({ code: 'ERROR', message: expect.stringMatching(MARK) })
  })

  test('keeps JSON text JSON text', () => {
    const messages = [
      { role: 'system', content: 'be "brief"\n'.repeat(200) },
      ...Array.from({ length: 50 }, (_, i) => ({ role: 'user', content: `${i} ${'💬'.repeat(300)}` })),
    ]
    const span = spanOf(
      attribute('gen_ai.input.messages', text(JSON.stringify(messages))),
      attribute('mlflow.spanOutputs', text(JSON.stringify('"quoted" '.repeat(9000)))),
    )
    const { attributes } = cut(span, 12_000)
    const kept = JSON.parse(String(attributes['gen_ai.input.messages']))
    expect(kept[0]).toMatchObject({ role: 'system' })
    expect(JSON.stringify(kept)).toMatch(/cut\]…/)
    expect(JSON.parse(String(attributes['mlflow.spanOutputs']))).toMatch(MARK)
  })

  test('replaces JSON text that nests without end by a JSON text', () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000)
    const { attributes } = cut(spanOf(attribute('gen_ai.input.messages', text(deep))), 2000)
    expect(JSON.parse(String(attributes['gen_ai.input.messages']))).toBe('…[60000 bytes cut]…')
  })

  test('keeps small keys while anything else can go', () => {
    const small = { 'mlflow.spanType': 'LLM', 'mlflow.traceTag.team': 't'.repeat(900), 'session.id': 's' }
    const span = spanOf(
      ...Object.entries(small).map(([key, value]) => attribute(key, text(value))),
      attribute('gen_ai.usage.input_tokens', number(3, 12)),
      ...Array.from({ length: 300 }, (_, i) => attribute(`k${i}`, text('v'.repeat(60)))),
    )
    const { attributes, droppedAttributesCount } = cut(span, 4000)
    expect(attributes).toMatchObject({ ...small, 'gen_ai.usage.input_tokens': 12 })
    expect(droppedAttributesCount).toBe(304 - Object.keys(attributes).length)
    expect(droppedAttributesCount).toBeGreaterThan(200)
  })

  test('replaces a list of a great many small items by a mark', () => {
    const items = Array.from({ length: 20_000 }, (_, i) => number(3, i))
    const { attributes } = cut(spanOf(attribute('many', list(...items)), attribute('a', text('b'))), 1000)
    expect(attributes).toEqual({ many: expect.stringMatching(/^…\[\d+ bytes cut\]…$/), a: 'b' })
  })

  test('counts the events and links that it leaves out, and those left out before', () => {
    const span = spanOf(
      ...Array.from({ length: 100 }, (_, i) => event(`event ${i}`)),
      number(12, 5),
      ...Array.from({ length: 100 }, (_, i) => link(i)),
      number(14, 1),
    )
    const { events, links, ...rest } = cut(span, 1500)
    expect(rest).toMatchObject({
      droppedEventsCount: 105 - events.length,
      droppedLinksCount: 101 - links.length,
    })
    expect(events.length + links.length).toBeGreaterThan(0)
  })

  test('adds up what an earlier cut says', () => {
    const span = spanOf(attribute('a', text('x'.repeat(10_000))))
    const twice = cutSpan(cutSpan(span, 5000), 2000)
    const kept = String(decodeSpan(twice).attributes.a)
    const gone = Number(/…\[(\d+) characters cut\]…/.exec(kept)?.[1])
    expect(gone + kept.replace(MARK, '').length).toBe(10_000)
  })
})

describe('any span', () => {
  const encoded = fc
    .tuple(endedSpan, wireOptions)
    .map(([span, options]) => spansOf(referenceRequest([span], {}, options))[0] as Uint8Array)
  const isJson = (value: unknown): boolean => {
    try {
      return typeof JSON.parse(String(value)) === 'object' && /^\s*[[{]/.test(String(value))
    } catch {
      return false
    }
  }

  test('cut to any size stays the span that it was, and sound', () => {
    fc.assert(
      fc.property(encoded, fc.integer({ min: 100, max: 20_000 }), (span, maxBytes) => {
        const fitting = cutSpan(span, maxBytes)
        const before = decodeSpan(span)
        const after = decodeSpan(fitting)
        // What always stays: name and message of up to 1,024 bytes each, the trace state, IDs and times.
        const least = 2 * 1024 + before.traceState.length * 3 + 200
        expect(fitting.length).toBeLessThanOrEqual(Math.max(maxBytes, Math.min(span.length, least)))
        const { traceId, spanId, parentSpanId, traceState, flags, kind } = before
        expect(after).toMatchObject({ traceId, spanId, traceState, flags, kind })
        expect(after.parentSpanId).toBe(parentSpanId)
        expect(after.startTimeUnixNano).toBe(before.startTimeUnixNano)
        expect(after.endTimeUnixNano).toBe(before.endTimeUnixNano)
        expect(after.status.code).toBe(before.status.code)
        const keys = Object.keys(after.attributes)
        const counted = (was: number, gone: number): number => Math.min(was + gone, 2 ** 32 - 1)
        const gone = Object.keys(before.attributes).length - keys.length
        expect(after.droppedAttributesCount).toBe(counted(before.droppedAttributesCount, gone))
        expect(after.droppedEventsCount).toBe(
          counted(before.droppedEventsCount, before.events.length - after.events.length),
        )
        expect(after.droppedLinksCount).toBe(
          counted(before.droppedLinksCount, before.links.length - after.links.length),
        )
        for (const key of keys) {
          const value = before.attributes[key] as AttributeValue
          if (after.wireKinds[key] === before.wireKinds[key] && isJson(value)) {
            expect(() => JSON.parse(String(after.attributes[key]))).not.toThrow()
          }
        }
        expect(cutSpan(fitting, maxBytes)).toEqual(fitting)
      }),
      { numRuns: 150 },
    )
  })

  test('damaged anywhere never throws, and never grows', () => {
    fc.assert(
      fc.property(encoded, fc.nat(), fc.nat(255), fc.nat(1000), (span, at, byte, maxBytes) => {
        const damaged = Buffer.from(span)
        damaged[at % damaged.length] = byte
        expect(cutSpan(damaged, maxBytes).length).toBeLessThanOrEqual(damaged.length)
        expect(cutSpan(damaged.subarray(0, at % damaged.length), maxBytes).length).toBeLessThanOrEqual(
          span.length,
        )
      }),
      { numRuns: 150 },
    )
  })

  test('of bytes that are none never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(100), (bytes, maxBytes) => {
        expect(cutSpan(bytes, maxBytes).length).toBeLessThanOrEqual(Math.max(bytes.length, 100))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a span that is made to be slow', () => {
  const MANY = 150_000
  const nested = (levels: number): Buffer => {
    let value = text('x'.repeat(100_000))
    for (let i = 0; i < levels; i += 1) value = list(value)
    return value
  }
  const json = (value: string): Buffer => spanOf(attribute('gen_ai.input.messages', text(value)))

  test.each([
    [
      'a great many attributes',
      spanOf(Buffer.concat(Array.from({ length: MANY }, (_, i) => attribute(`k${i}`, text('v'))))),
    ],
    [
      'a great many texts in one list',
      spanOf(attribute('a', list(...Array<Buffer>(MANY / 10).fill(text('v'.repeat(90)))))),
    ],
    ['lists within lists', spanOf(attribute('a', nested(2000)))],
    ['JSON text with a great many items', json(`[${'0,'.repeat(MANY * 4)}0]`)],
    [
      'JSON text that nests as deep as may be',
      json(`${'['.repeat(40)}"${'x'.repeat(2_000_000)}"${']'.repeat(40)}`),
    ],
    ['JSON text that never ends', json('['.repeat(MANY * 4))],
    ['one text of megabytes', spanOf(attribute('a', text('"'.repeat(5_000_000))))],
  ])('is cut soon: %s', (_, span) => {
    const began = performance.now()
    cut(span, 3000)
    cut(span, Math.floor(span.length / 2))
    // Whatever else the machine does: what grows with the square of these takes minutes.
    expect(performance.now() - began).toBeLessThan(30_000)
  })
})
