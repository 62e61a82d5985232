import { createTraceState } from '../../runtime/otel-trace-state.ts'
import { addUsage, type CountedUsage, countedUsage } from '../../span/token-usage.ts'
import { addModel } from '../../span/usage-tree.ts'
import { ownMemberIn } from '../../tracer/trace-state.ts'
import { dataAt, isPlainObject, type LiveSpan, read } from '../base/index.ts'
import { type Answer, type Incoming, type Protocol, textAt } from './protocol.ts'

// Tokens that a server used for a request. MLflow counts the sum of an agent in place of what is below it, so the caller's agent
// has to know of them; they travel in the metadata of the answer, between two sides that both have turnspan, and the caller's
// program does not see them.
const USAGE = 'turnspan/usage'
/** The answer had no metadata of its own. */
const ALONE = 'alone'

/** Whether turnspan sent `request`, from another process: it takes the tokens out of the answer. */
export function wantsUsage({ params }: Incoming): boolean {
  const state = textAt(read(params, '_meta'), 'tracestate')
  return state !== undefined && ownMemberIn(createTraceState(state)) !== undefined
}

/** The answer with the tokens that were used for it: a copy; itself where there were none, or it cannot be copied. */
export function withUsage(answer: Answer, { usageBelow }: LiveSpan): Answer {
  const { result } = answer
  if (usageBelow === undefined || !isPlainObject(answer) || !isPlainObject(result)) return answer
  const meta = result._meta
  if (meta !== undefined && !isPlainObject(meta)) return answer
  const told = { ...usageBelow, ...(meta === undefined && { [ALONE]: true }) }
  return { ...answer, result: { ...result, _meta: { ...meta, [USAGE]: told } } }
}

/** What came with an answer and has not been counted yet, by the number of its request. */
const received: WeakMap<Protocol, Map<number, CountedUsage>> = new WeakMap()
const sent: WeakMap<LiveSpan, number[]> = new WeakMap()

/** The requests of a call are known by their numbers. */
export function noteRequest(span: LiveSpan, id: number): void {
  const known = sent.get(span)
  if (known === undefined) sent.set(span, [id])
  else known.push(id)
}

/** Takes the tokens out of an answer before the SDK reads it; the answer itself where there are none. */
export function takeUsage(protocol: Protocol, answer: unknown): unknown {
  const meta = dataAt(answer, 'result', '_meta')
  const usage = isPlainObject(meta) ? countedUsage(dataAt(meta, USAGE)) : undefined
  const result = dataAt(answer, 'result')
  if (usage === undefined || !isPlainObject(answer) || !isPlainObject(result) || !isPlainObject(meta))
    return answer
  const known = received.get(protocol) ?? new Map<number, CountedUsage>()
  received.set(protocol, known)
  known.set(Number(answer.id), usage)
  const { [USAGE]: _, ...rest } = meta
  const { _meta, ...others } = result
  return { ...answer, result: dataAt(meta, USAGE, ALONE) === true ? others : { ...others, _meta: rest } }
}

/** Counts for `span` what was used for its requests on the other side. */
export function countUsage(protocol: Protocol, span: LiveSpan): void {
  const known = received.get(protocol)
  if (known === undefined) return
  for (const id of sent.get(span) ?? []) {
    const usage = known.get(id)
    if (usage === undefined || !known.delete(id)) continue
    span.usageBelow = addUsage(span.usageBelow, usage)
    // Of a model that is not named: the agent above cannot name the only one either.
    addModel(span)
  }
}
