import type { Attributes } from '../span/attributes.ts'
import { type EndedSpan, isLocalRoot, plainSpan } from '../span/ended-span.ts'
import { isGenAiScope } from '../span/semconv/external-content.ts'
import { SPAN_TYPE } from '../span/semconv/keys.ts'
import { SpanType } from '../span/semconv/span-type.ts'
import { spanSize } from '../span/span-size.ts'
import type { TraceRecord } from '../span/trace-record.ts'

/**
 * `keep: 'agent'`: lets through turnspan's spans and those that speak of models, and hangs them under their nearest
 * kept ancestor. A span whose ancestor of another library is still open waits for it, since only the end of that one
 * tells whether it is kept.
 */
export interface KeepFilter {
  /** Takes a span that ended; returns those that may leave now. */
  take(span: EndedSpan): readonly EndedSpan[]
  /** Everything that waits, decided by what is known now. */
  release(): readonly EndedSpan[]
  waiting(): number
  /** Bytes of memory that what waits takes. */
  held(): number
}

/** Whom a span stands below. */
type Place = Pick<EndedSpan, 'parentSpanId' | 'parentIsRemote'>

interface Held {
  readonly span: EndedSpan
  /** What it takes in memory. */
  readonly bytes: number
}

interface State {
  /** By the ID of a span that was left out. */
  readonly dropped: Map<string, Place>
  held: Held[]
  /** Roots that were given as a parent before they ended, so that they must be sent too. */
  readonly promised: Set<string>
}

const AGENT_KEYS = /^(gen_ai|openinference|ai|mlflow)\./
// A trace that never ends must not remember for ever; spans below one that was forgotten have no parent then.
const MAX_DROPPED = 10_000

export function createKeepFilter(onFiltered: () => void): KeepFilter {
  // As long as the record of its trace: work can go on below a span of a trace in which none is open any more.
  const states = new WeakMap<TraceRecord, State>()
  const holding = new Set<State>()
  let bytes = 0

  const stateOf = (trace: TraceRecord): State => {
    const known = states.get(trace)
    if (known !== undefined) return known
    const fresh: State = { dropped: new Map(), held: [], promised: new Set() }
    states.set(trace, fresh)
    return fresh
  }

  const drop = ({ dropped }: State, { spanId, parentSpanId, parentIsRemote }: EndedSpan): void => {
    dropped.set(spanId, { ...(parentSpanId !== undefined && { parentSpanId }), parentIsRemote })
    const [oldest] = dropped.keys()
    if (dropped.size > MAX_DROPPED && oldest !== undefined) dropped.delete(oldest)
    onFiltered()
  }

  const hold = ({ held }: State, span: EndedSpan): void => {
    const item = { span, bytes: spanSize(span, Number.POSITIVE_INFINITY).held }
    held.push(item)
    bytes += item.bytes
  }

  const decide = (state: State, span: EndedSpan): void => {
    if (isAgentSpan(span)) hold(state, span)
    else if (state.promised.has(span.spanId) || (isLocalRoot(span) && holdsTogether(state, span))) {
      hold(state, asChain(span))
    } else {
      drop(state, span)
    }
  }

  const settle = (state: State, force: boolean): EndedSpan[] => {
    const ready: EndedSpan[] = []
    const still: Held[] = []
    for (const item of state.held) {
      const place = placeOf(state, item.span, force)
      if (place === 'undecided') still.push(item)
      else {
        ready.push(place)
        bytes -= item.bytes
      }
    }
    state.held = still
    if (still.length > 0) holding.add(state)
    else holding.delete(state)
    return ready
  }

  return {
    take(span) {
      const state = stateOf(span.trace)
      decide(state, span)
      return settle(state, false)
    },
    release: () => [...holding].flatMap((state) => settle(state, true)),
    held: () => bytes,
    waiting: () => [...holding].reduce((sum, state) => sum + state.held.length, 0),
  }
}

function isAgentSpan(span: EndedSpan): boolean {
  return (
    span.agent !== undefined ||
    isGenAiScope(span.scope.name) ||
    Object.keys(span.attributes).some((key) => AGENT_KEYS.test(key))
  )
}

/** Whether leaving out this root would leave several roots behind: kept children that ended, or work still open. */
function holdsTogether(state: State, root: EndedSpan): boolean {
  if (root.trace.open.values().some((open) => !open.external)) return true
  const below = state.held.filter(({ span }) => topOf(state, span) === root.spanId)
  return below.length > 1
}

/** The first ancestor of `span` that is not dropped. */
function topOf(state: State, span: EndedSpan): string | undefined {
  let parent = span.parentIsRemote ? undefined : span.parentSpanId
  for (let above = parent && state.dropped.get(parent); above; above = parent && state.dropped.get(parent)) {
    parent = above.parentIsRemote ? undefined : above.parentSpanId
  }
  return parent
}

/** `span` under its nearest kept ancestor, or `undecided` while an open ancestor may still be dropped. */
function placeOf(state: State, span: EndedSpan, force: boolean): EndedSpan | 'undecided' {
  let { parentSpanId: parent, parentIsRemote: remote } = span
  const { open } = span.trace
  while (parent !== undefined && !remote) {
    const dropped = state.dropped.get(parent)
    const above = open.get(parent)
    if (dropped !== undefined) {
      parent = dropped.parentSpanId
      remote = dropped.parentIsRemote
    } else if (above?.external && !state.promised.has(parent)) {
      if (!force) return 'undecided'
      if (above.parent === undefined) state.promised.add(parent)
      else parent = above.parent.spanId
    } else {
      break
    }
  }
  if (parent === span.parentSpanId && remote === span.parentIsRemote) return span
  const { parentSpanId: _, ...rest } = plainSpan(span)
  return Object.freeze({
    ...rest,
    parentIsRemote: remote,
    ...(parent !== undefined && { parentSpanId: parent }),
  })
}

function asChain(span: EndedSpan): EndedSpan {
  const attributes: Attributes = { ...span.attributes, [SPAN_TYPE]: SpanType.CHAIN }
  return Object.freeze({ ...plainSpan(span), attributes })
}
