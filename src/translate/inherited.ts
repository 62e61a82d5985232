import { type EndedSpan, StatusCode } from '../span/ended-span.ts'
import type { TraceRecord } from '../span/trace-record.ts'
import type { Found, Told } from './content.ts'
import { at, items } from './data.ts'

/** Spans that never end, or whose parent is of another library, must not be kept for ever. */
const MAX_PARENTS = 1000

/**
 * What agents and runs were asked and answered, of libraries that say it on their calls of a model alone: the last words
 * of the user in the first call, and the answer of the last one, which may have failed.
 */
export interface Inherited {
  /** `own`, or what was told below `span`; the span above it can have that as well. */
  take(span: EndedSpan, own: Told): Told
}

export function createInherited(): Inherited {
  const below = new WeakMap<TraceRecord, Map<string, Told>>()
  const toldIn = (trace: TraceRecord): Map<string, Told> => {
    const known = below.get(trace) ?? new Map<string, Told>()
    below.set(trace, known)
    return known
  }
  return {
    take(span, own) {
      const told = toldIn(span.trace)
      const before = told.get(span.spanId)
      told.delete(span.spanId)
      const inputs = own.inputs ?? before?.inputs
      const outputs = own.outputs ?? before?.outputs
      const status = own.status.code === StatusCode.UNSET ? (before?.status ?? own.status) : own.status
      tellAbove(told, span, { inputs: lastAsked(inputs), outputs, status })
      return { inputs, outputs, status }
    },
  }
}

function tellAbove(
  told: Map<string, Told>,
  { parentSpanId }: EndedSpan,
  { inputs, outputs, status }: Told,
): void {
  if (parentSpanId === undefined) return
  const known = told.get(parentSpanId)
  if (known === undefined && told.size >= MAX_PARENTS) return
  told.set(parentSpanId, { inputs: known?.inputs ?? inputs, outputs: outputs ?? known?.outputs, status })
}

function lastAsked(inputs: Found | undefined): Found | undefined {
  const last = items(at(inputs?.value, 'messages')).findLast((one) => at(one, 'role') === 'user')
  return last === undefined ? undefined : { value: { messages: [last] }, isChat: true }
}
