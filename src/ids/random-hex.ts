import { randomFillSync } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

// Random bytes are drawn in blocks: one call into the crypto library costs far more than the bytes of one ID.
const block = new Uint8Array(4096)
let used = block.length
let first = true

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

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

/** `bytes` random bytes as lower-case hex, never all zero. */
export function randomHex(bytes: number): string {
  if (used + bytes > block.length) {
    if (!first || !fillFromSystem(block)) randomFillSync(block)
    first = false
    used = 0
  }
  let hex = ''
  let any = 0
  for (let i = 0; i < bytes; i += 1) {
    const byte = block[used + i] as number
    any |= byte
    hex += HEX[byte]
  }
  used += bytes
  return any === 0 ? randomHex(bytes) : hex
}

/** A fresh W3C trace ID: 32 hex digits. */
export const newTraceId = (): string => randomHex(16)

/** A fresh W3C span ID: 16 hex digits. */
export const newSpanId = (): string => randomHex(8)
