import type { Place } from '../spool/spool.ts'
import type { QueueOptions } from './queue-options.ts'
import type { Waiting, WaitingLine } from './waiting.ts'

/** Keeps what a queue holds within the memory that it may take. */
export interface QueueBounds {
  /** @param beside - what does not count */
  isFull(beside?: { readonly bytes: number; readonly length: number }): boolean
  /** Lets go of the memory that `item` takes, where it is on disk. @returns whether it is */
  defer(item: Waiting): boolean
  /** Something that waits may be on disk as well. */
  noteOnDisk(): void
  /** Makes room, where there is none: by what is on disk as well, then by giving up the oldest traces. @returns how many spans are gone */
  makeRoom(): number
}

interface Parts {
  readonly line: WaitingLine
  readonly options: QueueOptions
  /** `item` is not held any more. */
  letGo(item: Waiting): void
  /** Settles what is given up. */
  drop(items: readonly Waiting[], reason: string): void
}

const NOTHING = { bytes: 0, length: 0 }

export function createQueueBounds({ line, options, letGo, drop }: Parts): QueueBounds {
  const { spool, maxBytes, maxSpans } = options
  let mayDefer = false

  const isFull: QueueBounds['isFull'] = ({ bytes, length } = NOTHING) =>
    line.bytes - bytes > maxBytes || line.held - length > maxSpans

  const defer = (item: Waiting): boolean => {
    if (spool === undefined || item.span === undefined || !isKept(item.place)) return false
    letGo(item)
    spool.disk.defer(item.place, spool.deferred(item.span))
    return true
  }

  const deferOldest = (): void => {
    let item = line.first
    while (item !== undefined && isFull()) {
      const next: Waiting | undefined = item.after
      defer(item)
      item = next
    }
    mayDefer = item !== undefined
  }

  return {
    isFull,
    defer,
    noteOnDisk() {
      mayDefer = true
    },
    makeRoom() {
      if (mayDefer && isFull()) deferOldest()
      let dropped = 0
      while (isFull()) {
        // A trace is given up whole: a half of it is of little use.
        const lost = line.oldestTrace()
        if (lost.length === 0) break
        drop(lost, 'queue_full')
        dropped += lost.length
      }
      return dropped
    },
  }
}

/** Whether a span is on disk, and will be there for the next process. */
export const isKept = (place: Place | undefined): place is Place =>
  place !== undefined && !place.segment.isGone()
