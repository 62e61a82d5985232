import type { Context } from '@opentelemetry/api'
import { trace } from '../../runtime/otel-trace.ts'
import { isLiveSpan } from '../../span/is-live-span.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import { liveSpanIn } from '../../tracer/context-keys.ts'

/** A span that stands for the same call of a tool. */
export interface ToolAbove {
  readonly span: LiveSpan
  /** It is the active span itself, with nothing between it and the call. */
  readonly direct: boolean
}

const borrowed: WeakSet<LiveSpan> = new WeakSet()

/**
 * Takes `span` to stand for one request; `false` where it stands for one already. A tool that asks twice shows both
 * requests below it.
 */
export function borrow(span: LiveSpan): boolean {
  if (borrowed.has(span)) return false
  borrowed.add(span)
  return true
}

/** Beyond one of these, a tool of the same name is another call: an agent that is a tool itself, say. */
const BOUNDARIES: ReadonlySet<string> = new Set(['AGENT', 'LLM', 'CHAT_MODEL'])
const MAX_STEPS = 32

/**
 * The span in `context` by which this call of `tool` is counted already: frameworks trace their tools themselves, and
 * MLflow counts every span of type TOOL. `server` is what the server calls itself, a usual prefix of tool names.
 */
export function toolAbove(context: Context, tool: string, server: string | undefined): ToolAbove | undefined {
  const nearest = liveSpanIn(context)
  let span: unknown = nearest
  for (let step = 0; step < MAX_STEPS && isLiveSpan(span) && !BOUNDARIES.has(span.spanType); step++) {
    if (span.spanType === 'TOOL') return foundAt(span, trace.getSpan(context) === span)
    if (span.name === `tools/call ${tool}`) return { span, direct: false }
    span = span.parent
  }
  return undefined

  function foundAt(found: LiveSpan, direct: boolean): ToolAbove | undefined {
    return found.isRecording() && isCalled(found.name, tool, server) ? { span: found, direct } : undefined
  }
}

/** Whether a span's name means `tool`, which frameworks often put the server's name before. */
function isCalled(spanName: string, tool: string, server: string | undefined): boolean {
  const name = spanName.startsWith('tool:') ? spanName.slice('tool:'.length) : spanName
  if (name === tool) return true
  if (!name.endsWith(tool)) return false
  const prefix = name.slice(0, -tool.length)
  // A single underscore is part of many names (`get_weather` is not `weather`), so it needs the server's name.
  return (
    /(__|[./:])$/.test(prefix) || (server !== undefined && /[_-]$/.test(prefix) && prefix.includes(server))
  )
}
