import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { encodeRecord } from '../../../src/otlp/request.ts'
import { capture, takeSnapshot } from '../../../src/span/capture/capture.ts'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { withinNesting } from '../../../src/span/capture/nesting.ts'
import { looksLikeJson } from '../../../src/span/semconv/json-text.ts'
import { plainOf } from '../../../src/span/snapshot/plain.ts'
import { type Snapshot, snapshotOf } from '../../../src/span/snapshot/snapshot.ts'
import { endedSpan } from '../../export/ended-span.ts'
import { decodeTraceRequest } from '../../support/otlp-decode.ts'
import { anything as valuesOf } from '../anything.ts'

const limits = { maxValueBytes: 1 << 20, maxSpanBytes: 3 << 20, maxDepth: 40 }

// Without NUL: under small limits a copy is cut before it is cleaned, and content after, which may cut elsewhere.
const anything = valuesOf('grapheme')

const EDGES = [0, 1, 11, 12, 13, 24, 25, 63, 64, 65, 127, 128, 129, 5_000, 16_383, 16_384, 40_000]
const stretched = fc
  .tuple(fc.constantFrom('a', 'é', '€', '😀', '\ud800', '\udc00', '\0'), fc.constantFrom(...EDGES), fc.nat(3))
  .map(([unit, length, more]) => unit.repeat(length + more))
const texts = fc.oneof(stretched, fc.string({ unit: 'binary' }), fc.string())
const numbers = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(-0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e300),
)

/** What JSON has, with strings and keys of every length and script. */
const data = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.oneof(texts, numbers, fc.boolean(), fc.constantFrom(null, undefined)),
    fc.array(tie('value'), { maxLength: 8 }),
    fc.dictionary(fc.oneof(texts, fc.constantFrom('__proto__', 'toString')), tie('value'), { maxKeys: 8 }),
  ),
})).value

/** What the bytes say, by a decoder that is not ours to write. */
function decoded(content: Snapshot): unknown {
  const agent = { spanType: 'UNKNOWN', jsonKeys: new Set<string>(), inputs: content }
  const options = { contentKeys: 'mlflow', legacySemconv: false, mlflow: false } as const
  const [span] = decodeTraceRequest(
    encodeRecord(endedSpan({ agent, parentSpanId: 'b7ad6b7169203331' }), {}, options),
  )
  return span?.attributes['mlflow.spanInputs']
}

/** Names that become one name when they are cleaned, of which a copy keeps the last only. */
const namesStayApart = (value: unknown): boolean => !/\\u0000|\\ud[89a-f]/.test(JSON.stringify(keysOf(value)))

function keysOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (value instanceof Map) return [...value].flatMap(([key, inner]) => [...keysOf([key]), ...keysOf(inner)])
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])
}

describe('captured content', () => {
  test('is what a captured copy is, for any data', () => {
    fc.assert(
      fc.property(data, (value) => {
        fc.pre(namesStayApart(value))
        expect(plainOf(takeSnapshot(value, { limits }))).toEqual(capture(value, { limits }))
      }),
      { numRuns: 2000 },
    )
  })

  test('is what a captured copy is, for any value and any limits', () => {
    fc.assert(
      fc.property(
        anything,
        fc.integer({ min: 16, max: 2000 }),
        fc.integer({ min: 1, max: 45 }),
        (value, maxValueBytes, maxDepth) => {
          fc.pre(namesStayApart(value))
          const options = { limits: { ...limits, maxValueBytes, maxDepth } }
          expect(plainOf(takeSnapshot(value, options))).toEqual(capture(value, options))
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('cuts a name once, though the mark makes it long again', () => {
    const name = `${'x'.repeat(288)} ${'y'.repeat(224)}`
    for (const value of [{ [name]: 'x' }, new Map([[name, 1]])]) {
      for (const maxValueBytes of [600, 1 << 20]) {
        const options = { limits: { ...limits, maxValueBytes } }
        const copy = capture(value, options)
        expect(plainOf(takeSnapshot(value, options))).toEqual(copy)
        expect(plainOf(snapshotOf(copy))).toEqual(copy)
      }
    }
  })

  test('decodes to the same by a strict reader of OTLP', () => {
    fc.assert(
      fc.property(data, (value) => {
        fc.pre(namesStayApart(value))
        const content = takeSnapshot(value, { limits })
        expect(decoded(content)).toEqual(asDecoded(plainOf(content)))
      }),
      { numRuns: 500 },
    )
  })

  test('nests no deeper than MLflow can take', () => {
    let list: unknown = 'bottom'
    let fields: unknown = 'bottom'
    for (let i = 0; i < 39; i += 1) [list, fields] = [[list], { a: fields }]
    for (const value of [list, fields, { a: list }, [fields]]) {
      const copy = capture(value, { limits })
      expect(plainOf(takeSnapshot(value, { limits }))).toEqual(withinNesting(copy))
    }
  })

  test('marks circles, and what is met again is there again', () => {
    const shared = { a: 1 }
    const circle: Record<string, unknown> = { one: shared, two: shared }
    circle.self = circle
    circle.inside = new Map([['circle', circle]])
    expect(plainOf(takeSnapshot(circle, { limits }))).toEqual(capture(circle, { limits }))
  })

  test('keeps the first and the last of what is too long', () => {
    const value = { rows: Array.from({ length: 150_000 }, (_, i) => i) }
    expect(plainOf(takeSnapshot(value, { limits }))).toEqual(capture(value, { limits }))
  })

  test.each([1_000_000, 3_000_000])('is cut like a copy at %d characters', (length) => {
    for (const unit of ['x', '"', 'é', '漢']) {
      const text = unit.repeat(length)
      const content = takeSnapshot({ text }, { limits })
      expect(plainOf(content)).toEqual(capture({ text }, { limits }))
    }
  })

  test('is redacted before it is written', () => {
    const redact = (value: unknown): unknown => (value === 'secret' ? 'gone' : value)
    expect(plainOf(takeSnapshot({ a: 'secret' }, { limits, redact }))).toEqual({ a: 'gone' })
  })
})

describe('code of the application that runs while its value is captured', () => {
  test('may capture something itself', () => {
    const inner: Snapshot[] = []
    const value = {
      before: 'b'.repeat(3000),
      get traced() {
        inner.push(takeSnapshot({ text: 'i'.repeat(9000) }, { limits }))
        return 'read'
      },
      after: 'a'.repeat(3000),
    }
    const content = takeSnapshot(value, { limits })
    expect(plainOf(content)).toEqual({
      before: 'b'.repeat(3000),
      traced: 'read',
      after: 'a'.repeat(3000),
    })
    expect(inner.map(plainOf)).toEqual([{ text: 'i'.repeat(9000) }])
  })

  test('may throw, and is asked once', () => {
    let asked = 0
    const value = {
      get broken(): never {
        asked += 1
        throw new Error('no')
      },
    }
    expect(plainOf(takeSnapshot(value, { limits }))).toEqual({ broken: '[getter threw: no]' })
    expect(asked).toBe(1)
  })

  test('does not leave the next value without a place', () => {
    const hostile = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('no')
        },
      },
    )
    takeSnapshot({ a: [hostile] }, { limits })
    expect(plainOf(takeSnapshot({ a: 1 }, { limits }))).toEqual({ a: 1 })
  })
})

describe('where all objects inherit a property', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'inherited')
  })

  test('only own properties are captured', () => {
    Object.defineProperty(Object.prototype, 'inherited', {
      value: 1,
      enumerable: true,
      configurable: true,
      writable: true,
    })
    expect(Object.keys(plainOf(takeSnapshot({ own: 1 }, { limits })) as object)).toEqual(['own'])
  })
})

describe('many values', () => {
  test('stay what they were while others are written', () => {
    const values = Array.from({ length: 400 }, (_, i) => ({ i, text: 'x'.repeat((i * 97) % 12_000) }))
    const contents = values.map((value) => takeSnapshot(value, { limits }))
    expect(contents.map(plainOf)).toEqual(values)
  })

  test('let go of larger texts of which they are parts, once they are detached', () => {
    const kept: Snapshot[] = []
    const before = heapAfterCollection()
    for (let i = 0; i < 20; i += 1) {
      const page = largeText(String(i))
      const snapshot = takeSnapshot({ part: page.slice(10, 90) }, { limits })
      snapshot.detach()
      kept.push(snapshot)
    }
    expect(heapAfterCollection() - before).toBeLessThan(5_000_000)
    expect(kept.map(plainOf)).toEqual(kept.map(() => ({ part: 'x'.repeat(80) })))
  })

  test.each<[string, unknown]>([
    ['a text', 'long text 🚀 '.repeat(2_000_000)],
    ['texts', Array.from({ length: 40 }, (_, i) => `${i}`.repeat(400_000))],
    ['texts in an object', { a: 'x'.repeat(9_000_000), b: ['y'.repeat(2_000_000), 1] }],
  ])('far beyond their limit are not held as they are: %s', (_, value) => {
    const snapshot = takeSnapshot(value, { limits })
    expect(snapshot.units).toBeLessThan(2.1 * limits.maxValueBytes)
    expect(Buffer.byteLength(JSON.stringify(plainOf(snapshot)))).toBeLessThanOrEqual(limits.maxValueBytes)
  })

  test('leave nothing behind of what could not be read to its end', () => {
    const keys = Array.from({ length: 30 }, (_, i) => `key${i}`)
    const hostile = (): object =>
      new Proxy(
        {},
        {
          ownKeys: () => keys,
          get: (_, key) => (key === 'toJSON' ? undefined : largeText(String(key))),
          getOwnPropertyDescriptor(_, key) {
            if (key === 'key29') throw new Error('no more')
            return { value: 1, enumerable: true, configurable: true }
          },
        },
      )
    takeSnapshot({ a: 1 }, { limits })
    const before = heapAfterCollection()
    expect(plainOf(takeSnapshot([hostile()], { limits }))).toEqual(['[Proxy threw: no more]'])
    expect(heapAfterCollection() - before).toBeLessThan(5_000_000)
  })

  test.each(['plain', 'café', '漢字', '😀', 'n\0', 'lone \ud800'])('detached, %j stays as it was', (unit) => {
    const value = { [unit]: [unit, unit.repeat(40), 1, true, null, {}] }
    const snapshot = takeSnapshot(value, { limits })
    const before = plainOf(snapshot)
    snapshot.detach()
    expect(plainOf(snapshot)).toEqual(before)
  })
})

/** A megabyte that stands in memory once for each call. */
const largeText = (end: string): string => `${'x'.repeat(1_000_000)}${end}`.split('').join('')

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapAfterCollection(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** What is on the wire of a value: a text that MLflow would take for JSON is JSON of that text. */
const asDecoded = (value: Captured): unknown =>
  typeof value === 'string' && looksLikeJson(value) ? JSON.stringify(value) : value
