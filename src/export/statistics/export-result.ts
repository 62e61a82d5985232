/**
 * What became of a batch.
 * - `accepted`: the receiver has it, but for `rejectedSpans` of its spans, which it will never take; it does not say
 *   which ones. They have been said; the export statistics count so many of the batch as rejected.
 * - `retry`: not now; the same again later. `slow` where a person or a rotated credential has to put it right.
 * - `refused`: never as it is; a part of it may be taken. `tooLarge` for its size alone. `serverFault`: the receiver says
 *   that the fault is its own (500, `INTERNAL`), so that it may choke on one span, or be broken for all: a span is the
 *   reason only if others are accepted after it was refused. `unencodable`: nobody was asked, for there are no bytes.
 * - `mixed`: nothing was sent, for the spans belong into several requests: into these, by their indices.
 */
export type ExportResult =
  | { readonly kind: 'accepted'; readonly rejectedSpans?: number; readonly reason?: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly slow?: boolean; readonly afterMs?: number }
  | {
      readonly kind: 'refused'
      readonly reason: string
      readonly tooLarge?: boolean
      readonly serverFault?: boolean
      readonly unencodable?: boolean
    }
  | { readonly kind: 'mixed'; readonly parts: readonly (readonly number[])[] }

export const ACCEPTED: Extract<ExportResult, { kind: 'accepted' }> = Object.freeze({ kind: 'accepted' })
