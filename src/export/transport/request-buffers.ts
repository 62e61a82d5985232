import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'

/** Memory of requests, used again for the next one: to have megabytes of it fresh each time costs as much as writing them. */
export interface RequestBuffers {
  /** A buffer of at least so many bytes, which hold anything. */
  take(bytes: number): Buffer
  /** Nobody reads or writes what `request` is a part of any more. */
  giveBack(request: Uint8Array): void
}

const MAX_KEPT_BYTES = 8 * 1024 * 1024
/** What nobody used for so long is given up, ms. */
const IDLE_MS = 10_000

/** One request is on its way at a time, so one buffer is enough. */
export function createRequestBuffers(): RequestBuffers {
  let spare: Buffer | undefined
  let lent: Buffer | undefined
  let timer: Timer | undefined

  return {
    take(bytes) {
      const kept = spare
      spare = undefined
      lent = kept !== undefined && kept.length >= bytes ? kept : Buffer.allocUnsafeSlow(bytes)
      return lent
    },
    giveBack({ buffer }) {
      // What has outgrown its buffer, or is no part of one of ours, is somebody else's.
      if (lent === undefined || lent.buffer !== buffer || buffer.byteLength > MAX_KEPT_BYTES) return
      spare = lent
      lent = undefined
      realTime.stop(timer)
      timer = withoutHold(
        realTime.start(() => {
          spare = undefined
        }, IDLE_MS),
      )
    },
  }
}
