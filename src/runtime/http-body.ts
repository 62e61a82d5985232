import type { ClientRequest } from 'node:http'
import { realTime } from './real-time.ts'

/** Bytes that are handed over at once: the system copies them, and where they are encrypted that takes ten times as long. */
const PIECE_BYTES = 128 * 1024
/** Time between two pieces, ms. */
const PAUSE_MS = 1

/** Sends `body` and ends the request: at once where it is urgent or small, else in pieces. */
export function sendBody(
  sending: ClientRequest,
  body: Uint8Array | string | undefined,
  isUrgent: (() => boolean) | undefined,
): void {
  if (isUrgent === undefined || typeof body !== 'object' || body.length <= PIECE_BYTES) sending.end(body)
  else sendInPieces(sending, body, isUrgent)
}

function sendInPieces(sending: ClientRequest, body: Uint8Array, isUrgent: () => boolean): void {
  let from = 0
  const pause = (): void => void realTime.start(next, PAUSE_MS)
  const next = (): void => {
    if (sending.destroyed) return
    const rest = body.subarray(from)
    if (rest.length <= PIECE_BYTES || isUrgent()) {
      sending.end(rest)
      return
    }
    from += PIECE_BYTES
    if (sending.write(rest.subarray(0, PIECE_BYTES))) pause()
    else sending.once('drain', pause)
  }
  next()
}
