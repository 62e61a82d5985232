import { randomFillSync } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { webHex } from './web-hex.ts'

// Random bytes are drawn in blocks: one call into the crypto library costs far more than the bytes of one ID.
const BLOCK_BYTES = 4096
// Not made at import, which must not fail where there is no Node.
let block: Buffer | undefined
let used = BLOCK_BYTES
let first = true

/**
 * Takes random bytes from where the crypto library takes its own. To load the library takes as long as the rest of the
 * start of a first span, so the first block comes from here, which is all that many a short program needs; calling the
 * system for each block would be slower. `false` where there is no such device.
 */
function fillFromSystem(into: Uint8Array): boolean {
  try {
    const device = openSync('/dev/urandom', 'r')
    try {
      return fstatSync(device).isCharacterDevice() && readSync(device, into) === into.length
    } finally {
      closeSync(device)
    }
  } catch {
    return false
  }
}

/** The next `bytes` random bytes are those at {@link used} of the block. */
function draw(bytes: number): Buffer {
  block ??= Buffer.alloc(BLOCK_BYTES)
  if (used + bytes <= BLOCK_BYTES) return block
  if (!first || !fillFromSystem(block)) randomFillSync(block)
  first = false
  used = 0
  return block
}

/** `bytes` random bytes as lower-case hex, never all zero. */
export function randomHex(bytes: number): string {
  if (typeof Buffer === 'undefined') return webHex(bytes)
  const drawn = draw(bytes)
  // One call into the engine: a text put together of pieces would be slow to read later.
  const hex = drawn.toString('hex', used, used + bytes)
  used += bytes
  return ALL_ZERO.test(hex) ? randomHex(bytes) : hex
}

const ALL_ZERO = /^0*$/

/** A fresh W3C trace ID: 32 hex digits. */
export const newTraceId = (): string => randomHex(16)

const SPAN_ID_BYTES = 8

/** A fresh W3C span ID: 16 hex digits. One is made for each span, so it takes no call into the engine. */
export function newSpanId(): string {
  if (typeof Buffer === 'undefined') return webHex(SPAN_ID_BYTES)
  const from = draw(SPAN_ID_BYTES)
  const at = used
  used += SPAN_ID_BYTES
  const [a, b, c, d] = [from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0, from[at + 3] ?? 0]
  const [e, f, g, h] = [from[at + 4] ?? 0, from[at + 5] ?? 0, from[at + 6] ?? 0, from[at + 7] ?? 0]
  if ((a | b | c | d | e | f | g | h) === 0) return newSpanId()
  // biome-ignore format: two digits of each byte
  return String.fromCharCode(
    digit(a >> 4), digit(a & 15), digit(b >> 4), digit(b & 15), digit(c >> 4), digit(c & 15), digit(d >> 4), digit(d & 15),
    digit(e >> 4), digit(e & 15), digit(f >> 4), digit(f & 15), digit(g >> 4), digit(g & 15), digit(h >> 4), digit(h & 15),
  )
}

const ZERO = 0x30
/** What stands before `a` by ten. */
const LETTERS = 0x57
const digit = (value: number): number => (value < 10 ? ZERO : LETTERS) + value
