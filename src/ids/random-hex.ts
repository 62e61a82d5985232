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

/** `count` random numbers of 32 bits. */
export const randomWords = (count: number): number[] =>
  Array.from({ length: count }, () => Number.parseInt(randomHex(4), 16))
