import { describe, expect, it } from 'vitest'
import { randomHex } from '../../src/ids/random-hex.ts'
import { newSpanId, newTraceId, seedAgain } from '../../src/ids/span-ids.ts'

describe('random IDs', () => {
  it('are unique and well formed, from the first block of random bytes to the hundredth', () => {
    const ids = Array.from({ length: 100 * 256 }, () => newTraceId())
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !/^(?!0{32})[\da-f]{32}$/.test(id))).toEqual([])
    expect(newSpanId()).toMatch(/^(?!0{16})[\da-f]{16}$/)
  })

  it('are other ones after a new seed, and with every digit in every place', () => {
    const before = new Set(Array.from({ length: 1000 }, newSpanId))
    seedAgain()
    const after = Array.from({ length: 1000 }, newSpanId)
    expect(after.filter((id) => before.has(id))).toEqual([])
    for (let place = 0; place < 16; place += 1)
      expect(new Set(after.map((id) => id[place])).size, `place ${place}`).toBe(16)
  })

  it('take every value of every byte about as often', () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 4096; i += 1) {
      for (const [byte] of randomHex(64).matchAll(/../g)) counts.set(byte, (counts.get(byte) ?? 0) + 1)
    }
    // 1,024 on average with a deviation of 32: ten deviations never happen.
    expect(counts.size).toBe(256)
    expect(Math.min(...counts.values())).toBeGreaterThan(1024 - 320)
    expect(Math.max(...counts.values())).toBeLessThan(1024 + 320)
  })
})
