/**
 * What became of a batch.
 * - `accepted`: the receiver has it.
 * - `retry`: not now; the same again later. `slow` where a person or a rotated credential has to put it right.
 * - `refused`: never as it is; a part of it may be taken.
 */
export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'retry'; readonly reason: string; readonly slow?: boolean; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly tooLarge?: boolean }

export const ACCEPTED: Answer = Object.freeze({ kind: 'accepted' })
