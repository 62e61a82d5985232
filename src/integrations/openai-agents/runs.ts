import type { Context } from '@opentelemetry/api'
import { createContextKey } from '../../runtime/otel-context.ts'
import {
  type ActiveSpan,
  activeContext,
  isObject,
  plainContext,
  processWide,
  read,
  type Step,
} from '../base/index.ts'

/** The async context of one copy of the SDK: its CommonJS and its ESM build have one each, in older versions. */
export interface Copy {
  /** Its current span, `getCurrentSpan()`. */
  span(): unknown
  /** Its current trace. */
  trace(): unknown
  /** Whether a trace that is over is no current one any more. */
  readonly forgetsTraces: boolean
}

/** A span or a trace of the SDK that is under way. */
export interface Run {
  /** The kind of the SDK's span; `run` for all that `Runner.run` does, `trace` for what the program put around runs. */
  readonly kind: string
  readonly step: Step
  readonly root: Root | undefined
  /** How many runs are under way below a trace of the program's own. */
  running?: number
  open: boolean
  /** What the SDK says of its failure: `{ message, data }`. */
  error: unknown
}

/** One call of `Runner.run`, and what is below it. */
export interface Root {
  readonly run: Run
  /** The trace of the program's own in which it runs. */
  readonly trace: Run | undefined
  /** Name of the agent that it began with. */
  readonly agent: string | undefined
  /** Whether the program lets traces have content (`traceIncludeSensitiveData`). */
  readonly withContent: boolean
  /** What has begun below it and not ended, by the SDK's span IDs. */
  readonly below: Map<unknown, Run>
  /** The agent that began last; the work of the first one is the run itself. */
  agentRun: Run | undefined
}

/** By the SDK's spans and traces, and the copies that it makes of them. */
const runs = (): WeakMap<object, Run> => processWide('openai-agents-runs', () => new WeakMap<object, Run>())

/** Notes that `run` is what `object`, a span or trace of the SDK, stands for. */
export function noteRun(object: unknown, run: Run): void {
  if (isObject(object)) runs().set(object, run)
}

/** What stands for a span or trace of the SDK. */
export const runOf = (object: unknown): Run | undefined => (isObject(object) ? runs().get(object) : undefined)

const openRun = (object: unknown): Run | undefined => {
  const run = runOf(object)
  return run?.open ? run : undefined
}

/** The nearest one whose end has not been told, as the SDK's own async context has it. */
export const currentRun = (copy: Copy): Run | undefined => openRun(copy.span()) ?? openRun(copy.trace())

/** {@link currentRun} as the active span. */
export function activeRun(copy: Copy): ActiveSpan | undefined {
  try {
    return currentRun(copy)?.step
  } catch {
    return undefined
  }
}

const ROOT: symbol = createContextKey('turnspan.openai-agents.run')

/** `context` inside of a call of `Runner.run`. */
export const withRoot = (context: Context, root: Root): Context => context.setValue(ROOT, root)

/** `context` inside of a call of `Runner.run` of which the program has said that it is not to be traced. */
export const withoutRoot = (context: Context): Context => context.setValue(ROOT, UNTRACED)

const UNTRACED = 'untraced'

/** The call of `Runner.run` that the running code belongs to. */
export function rootHere(): Root | undefined {
  const root = activeContext().getValue(ROOT) as Root | typeof UNTRACED | undefined
  return root !== UNTRACED && root?.run.open ? root : undefined
}

/** Whether the running code belongs to a run that is not to be traced. */
export const isUntracedHere = (): boolean => activeContext().getValue(ROOT) === UNTRACED

/** Above how many spans no parent is looked for. */
const MAX_STEPS = 64

/** What a span of the SDK stands below: by the ID of its parent, which spans that are off have not. */
export function parentOf(span: unknown, root: Root | undefined, copy: Copy): Run | undefined {
  const id = read(span, 'parentId')
  const known = typeof id === 'string' ? root?.below.get(id) : undefined
  if (known !== undefined) return known
  let at = copy.span()
  // Some are made the current one before they begin.
  if (at === span) at = read(at, 'previousSpan')
  if (typeof id === 'string') {
    for (let step = 0; step < MAX_STEPS && isObject(at) && read(at, 'spanId') !== id; step++) {
      at = read(at, 'previousSpan')
    }
  }
  const found = openRun(at)
  if (root === undefined) return found ?? openRun(copy.trace())
  // Runs that go on side by side in one trace share the current span in older versions.
  if (found !== undefined && (found === root.run || found.root === root)) return found
  return root.agentRun?.open ? root.agentRun : undefined
}

/** The context below `parent`, or below a span that the program opened in there, which is nearer. */
export const contextBelow = (parent: Run | undefined): Context =>
  parent !== undefined && parent.step.parentContext === plainContext() ? parent.step.inside : activeContext()
