import { randomWords } from './random-hex.ts'

/**
 * IDs of spans and traces. They have to be unique, not secret: they come from a generator that was seeded with random bytes
 * (xoshiro128++ of Blackman and Vigna, https://prng.di.unimi.it), which takes no call into the crypto library.
 */
let wordA = 0
let wordB = 0
let wordC = 0
let wordD = 0
let seeded = false

/** Takes a new seed for the next ID: what was restored from a snapshot of a process must not make the same ones again. */
export function seedAgain(): void {
  seeded = false
}

function seed(): void {
  ;[wordA = 0, wordB = 0, wordC = 0, wordD = 0] = randomWords(4)
  seeded = true
}

/** The next 32 random bits. */
function next(): number {
  const sum = (wordA + wordD) | 0
  const bits = (((sum << 7) | (sum >>> 25)) + wordA) | 0
  const shifted = wordB << 9
  wordC ^= wordA
  wordD ^= wordB
  wordB ^= wordC
  wordA ^= wordD
  wordC ^= shifted
  wordD = (wordD << 11) | (wordD >>> 21)
  return bits
}

/** The codes of the sixteen digits. */
const DIGITS = new Uint8Array(Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0)))

// One call with all of them makes a text of one piece, which one put together of several is only once it is read.
// biome-ignore format: one digit after the other
const hexOf = (x: number, y: number): string =>
  String.fromCharCode(
    DIGITS[x >>> 28] as number, DIGITS[(x >>> 24) & 15] as number, DIGITS[(x >>> 20) & 15] as number, DIGITS[(x >>> 16) & 15] as number,
    DIGITS[(x >>> 12) & 15] as number, DIGITS[(x >>> 8) & 15] as number, DIGITS[(x >>> 4) & 15] as number, DIGITS[x & 15] as number,
    DIGITS[y >>> 28] as number, DIGITS[(y >>> 24) & 15] as number, DIGITS[(y >>> 20) & 15] as number, DIGITS[(y >>> 16) & 15] as number,
    DIGITS[(y >>> 12) & 15] as number, DIGITS[(y >>> 8) & 15] as number, DIGITS[(y >>> 4) & 15] as number, DIGITS[y & 15] as number,
  )

/** A fresh W3C span ID: 16 hex digits. */
export function newSpanId(): string {
  if (!seeded) seed()
  const x = next()
  const y = next()
  return (x | y) === 0 ? newSpanId() : hexOf(x, y)
}

/** A fresh W3C trace ID: 32 hex digits. */
export const newTraceId = (): string => newSpanId() + newSpanId()
