import { types } from 'node:util'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { exceptionFacts, plainType } from '../span/exception.ts'
import type { LiveSpan } from '../span/live-span.ts'
import { methodOf } from './mirror.ts'
import { thenPlainly } from './native-promise.ts'

/** Reduces the items of a stream to the value that is recorded as its output. It is called once, after the stream. */
// biome-ignore lint/suspicious/noExplicitAny: the items are of whatever type the stream has
export type OutputReducer = (items: any[]) => unknown

// A stream without end must not fill the memory: of more items only the first ones are recorded.
const MAX_ITEMS = 10_000

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
      if (items.length < MAX_ITEMS && span.wantsContent) items.push(item)
    },
    record() {
      if (count > items.length && span.wantsContent) span.setAttribute('turnspan.stream.items', count)
      if (span.hasOutputs || !span.wantsContent) return
      span.setOutputs(reducer === undefined ? items : reduced(reducer, items))
    },
  }
}

/** A reducer that fails is the recorder's misfortune, not the caller's; the plain items are recorded then. */
function reduced(reducer: OutputReducer, items: unknown[]): unknown {
  try {
    const output = reducer(items)
    if (typeof output !== 'object' || output === null || !methodOf(output, 'then')) return output
    // Nobody waits for it, so its rejection would be nobody's.
    if (types.isPromise(output)) void thenPlainly(output, ignore, ignore)
    say('returned a promise; it has to return the value to record')
  } catch (error) {
    say(`threw ${plainType(exceptionFacts(error).type)}`)
  }
  return items
}

function say(what: string): void {
  diagnoseOnce(
    'warn',
    'TS_OUTPUT_REDUCER',
    `An outputReducer ${what}. The items are recorded as a list instead.`,
  )
}

const ignore = (): void => undefined
