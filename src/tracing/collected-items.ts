import type { LiveSpan } from '../span/live-span.ts'

/** Folds the items of a stream to what is recorded as its output. Runs once, after the stream. */
// biome-ignore lint/suspicious/noExplicitAny: the items are of whatever type the stream has
export type OutputReducer = (items: any[]) => unknown

// A stream without end must not fill the memory: of more items only the first ones are recorded.
const MOST_ITEMS = 10_000

/** The items of one stream as they go by, kept as far as they will be recorded. */
export interface CollectedItems {
  add(item: unknown): void
  /** Writes what was collected as the span's outputs, unless the code set outputs itself. */
  record(): void
  readonly count: number
}

export function collectItems(span: LiveSpan, reducer: OutputReducer | undefined): CollectedItems {
  const items: unknown[] = []
  let count = 0
  return {
    get count() {
      return count
    },
    add(item) {
      count += 1
      if (items.length < MOST_ITEMS && span.wantsContent) items.push(item)
    },
    record() {
      if (count > items.length && span.wantsContent) span.setAttribute('turnspan.stream.items', count)
      if (span.hasOutputs || !span.wantsContent) return
      span.setOutputs(reducer === undefined ? items : reduced(reducer, items))
    },
  }
}

/** A reducer that throws is the recorder's misfortune, not the caller's; the plain items are recorded then. */
function reduced(reducer: OutputReducer, items: unknown[]): unknown {
  try {
    return reducer(items)
  } catch {
    return items
  }
}
