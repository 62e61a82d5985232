import type { TraceState } from '@opentelemetry/api'
import { createTraceState } from '../runtime/otel-trace-state.ts'

// A member of the W3C tracestate that says: turnspan exports this trace above here, and its root will arrive. Without it, a
// root with a remote parent is taken for the only root that the trace will ever have. It stands on spans of ours alone:
// on anybody else's, the flags beside it would be somebody else's decision.
const MEMBER = 'turnspan'
const ROOT = 'root'

// What else the member says, as `key:value` after the first word, with `;` between them. The flags of `traceparent` may
// be those of another vendor whose span lies between. The experiment comes last.
const SAMPLED = 's'
const EXPERIMENT = 'x'

/** What turnspan tells of a trace to those whom it calls. */
export interface OwnMember {
  /** Whether turnspan exports the trace. */
  readonly sampled: boolean
  /** To which experiment of MLflow the trace goes, as trace-experiment.ts writes it. */
  readonly experiment?: string | undefined
}

interface Made extends OwnMember {
  readonly upstream: string | undefined
  readonly text: string
}

let last: Made | undefined

/**
 * The text of the tracestate of our spans in a trace: our member in front of what others had put there before.
 *
 * @param upstream - what came with the parent, as `stateTextOf` gives it; without one the trace begins here
 */
export function ownTraceState({ sampled, experiment }: OwnMember, upstream?: string): string {
  // All spans of most processes have the same one.
  if (last?.sampled === sampled && last.experiment === experiment && last.upstream === upstream)
    return last.text
  const value = `${ROOT};${SAMPLED}:${sampled ? 1 : 0}${experiment === undefined ? '' : `;${EXPERIMENT}:${experiment}`}`
  const text = createTraceState(upstream).set(MEMBER, value).serialize()
  last = { sampled, experiment, upstream, text }
  return text
}

/** What turnspan above has said in a tracestate that came in; `undefined` where it is not turnspan that called. */
export function ownMemberIn(state: TraceState | undefined): Partial<OwnMember> | undefined {
  const value = memberIn(state)
  const [head = '', ...rest] = value.split(`;${EXPERIMENT}:`)
  const [word, ...pairs] = head.split(';')
  if (word !== ROOT) return undefined
  const said = new Map(pairs.map((pair): [string, string] => splitAt(pair, pair.indexOf(':'))))
  const sampled = said.get(SAMPLED)
  const experiment = rest.join(`;${EXPERIMENT}:`)
  return {
    ...(sampled !== undefined && { sampled: sampled === '1' }),
    ...(experiment !== '' && { experiment }),
  }
}

const splitAt = (pair: string, at: number): [string, string] =>
  at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]

// A tracestate may be of any SDK, or of the program itself.
function memberIn(state: TraceState | undefined): string {
  try {
    const value: unknown = state?.get(MEMBER)
    return typeof value === 'string' ? value : ''
  } catch {
    return ''
  }
}
