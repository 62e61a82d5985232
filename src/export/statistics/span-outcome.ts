/** What became of a span at one target. `spooled`: it is on disk, for a later process. */
export type SpanOutcome = 'sent' | 'rejected' | 'spooled' | { readonly dropped: string }
