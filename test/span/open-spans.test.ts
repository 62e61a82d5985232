import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type OpenSpan, OpenSpans } from '../../src/span/open-spans.ts'

const spanOf = (spanId: string): OpenSpan => ({
  spanId,
  external: false,
  parent: undefined,
  usageBelow: undefined,
  modelsBelow: undefined,
})

test('open spans are found, listed and taken out like the entries of a map, however many there are', () => {
  const step = fc.record({ id: fc.integer({ min: 0, max: 20 }).map(String), ends: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const spans = new OpenSpans()
      const map = new Map<string, OpenSpan>()
      for (const { id, ends } of steps) {
        const span = spanOf(id)
        if (ends) {
          spans.delete(id)
          map.delete(id)
        } else {
          spans.add(span)
          map.set(id, span)
        }
        expect(spans.size).toBe(map.size)
        expect(spans.get(id)).toBe(map.get(id))
        expect(spans.has(id)).toBe(map.has(id))
      }
      expect(new Set(spans.values())).toEqual(new Set(map.values()))
    }),
  )
})
