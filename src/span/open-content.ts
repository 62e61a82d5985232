import { Chain, type Linked } from '../runtime/chain.ts'

/** A span that is open, as far as its content goes. */
export interface ContentHolder extends Linked<ContentHolder> {
  /** Bytes of it that are counted. */
  contentBytes: number
  /** Which of those that have content it stands among. */
  contentAge: ContentAge
  /** Moves its texts to memory of their own. */
  detachContent(): void
  /** Leaves a mark in the place of what it has. */
  giveUpContent(): void
}

export const ContentAge = { NONE: 0, YOUNG: 1, OLD: 2 } as const
export type ContentAge = (typeof ContentAge)[keyof typeof ContentAge]

/** The content of all open spans, which stays within its bytes: a span that never ends would keep it for ever. */
export interface OpenContent {
  /** `holder` has so many more bytes of content, or fewer. */
  grew(holder: ContentHolder, bytes: number): void
  /** `holder` is not open any more. */
  gone(holder: ContentHolder): void
  /** What is held. */
  bytes(): number
}

/** A text may be a part of a larger one of the application's, which a span that stays open long must not keep alive. */
const MAX_YOUNG = 256
/** It is said again that content was given up after so little of what it may take was taken. */
const ROOM_SHARE = 0.5

/** @param gaveUp - called when content was given up for the first time since there was room */
export function createOpenContent(maxBytes: number, gaveUp: () => void): OpenContent {
  const young = new Chain<ContentHolder>()
  const old = new Chain<ContentHolder>()
  let bytes = 0
  let isFull = false

  const takeOut = (holder: ContentHolder): void => {
    if (holder.contentAge === ContentAge.NONE) return
    const chain = holder.contentAge === ContentAge.OLD ? old : young
    chain.remove(holder)
    holder.contentAge = ContentAge.NONE
    bytes -= holder.contentBytes
    holder.contentBytes = 0
  }

  const age = (): void => {
    const oldest = young.first
    if (oldest === undefined || young.length <= MAX_YOUNG) return
    young.remove(oldest)
    old.append(oldest)
    oldest.contentAge = ContentAge.OLD
    oldest.detachContent()
  }

  const makeRoom = (): void => {
    while (bytes > maxBytes) {
      const oldest = old.first ?? young.first
      if (oldest === undefined) return
      takeOut(oldest)
      oldest.giveUpContent()
      if (isFull) continue
      isFull = true
      gaveUp()
    }
  }

  return {
    grew(holder, more) {
      if (holder.contentAge === ContentAge.NONE) {
        holder.contentAge = ContentAge.YOUNG
        young.append(holder)
        age()
      }
      holder.contentBytes += more
      bytes += more
      if (bytes > maxBytes) makeRoom()
    },
    gone(holder) {
      takeOut(holder)
      if (isFull && bytes < maxBytes * ROOM_SHARE) isFull = false
    },
    bytes: () => bytes,
  }
}
