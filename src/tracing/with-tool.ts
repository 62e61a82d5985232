import type { Context } from '@opentelemetry/api'
import type { TimeInput } from '../runtime/clock.ts'
import { readEach } from '../runtime/read-property.ts'
import type { LiveSpan } from '../span/live-span.ts'
import { NOOP_SPAN } from '../span/noop-span.ts'
import * as keys from '../span/semconv/keys.ts'
import { SpanType } from '../span/semconv/span-type.ts'
import type { Span } from '../span/span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import type { ToolCall } from './call-options.ts'
import { checkKeys, inOtherOrder, KEYS, optionsOr } from './misuse.ts'
import { openSpan, textOr } from './open-span.ts'
import { begin, returned, runInside, threw } from './outcome.ts'

/**
 * Runs a tool in a span of type TOOL. Result, duration and error are recorded; what `fn` returns or throws is passed on
 * unchanged. Calls that run in parallel become siblings.
 *
 * @returns what `fn` returns
 * @example
 * const weather = await withTool({ tool: 'get_weather', arguments: { city }, callId: call.id }, () => lookUp(city))
 */
export function withTool<T>(call: ToolCall, fn: (span: Span) => T): T {
  if (typeof fn !== 'function' && typeof call === 'function')
    return withTool(inOtherOrder<ToolCall>('withTool()', fn), call as typeof fn)
  const running = begin(openCall, call, undefined)
  if (running === undefined) return fn(NOOP_SPAN)
  if (!running.isActive) return runInside(running, fn, undefined, [running.span]) as T
  try {
    return returned(running, fn, fn(running.span)) as T
  } catch (thrown) {
    throw threw(running, thrown)
  }
}

function openCall(pipeline: Pipeline, context: Context, call: ToolCall): LiveSpan {
  const given = optionsOr<ToolCall>('withTool()', call, 'tool')
  checkKeys(KEYS.withTool, given)
  return openTool(pipeline, context, given)
}

/**
 * Starts the span of a call of a tool.
 *
 * @param startTime - when it began, if not now
 */
export function openTool(
  pipeline: Pipeline,
  context: Context,
  given: ToolCall,
  startTime?: TimeInput,
): LiveSpan {
  const { tool: named, arguments: inputs, callId, attributes } = readCall(given)
  const tool = textOr(named, 'unnamed')
  const span = openSpan(pipeline, context, {
    name: `tool:${tool}`,
    spanType: SpanType.TOOL,
    startTime,
    inputs,
  })
  try {
    span.setAttribute(keys.TOOL_NAME, tool)
    if (callId) span.setAttribute(keys.TOOL_CALL_ID, callId)
    if (attributes !== undefined) span.setAttributes(attributes)
  } catch {
    // The end of the stack: the span has begun, and says less.
  }
  return span
}

const PARTS = ['tool', 'arguments', 'callId', 'attributes'] as const satisfies readonly (keyof ToolCall)[]

// By their names, for which the engine has a short way; one that throws when it is read is as if it was not given.
function readCall(given: ToolCall): Partial<ToolCall> {
  try {
    const { tool, arguments: inputs, callId, attributes } = given
    return { tool, arguments: inputs, callId, attributes }
  } catch {
    return readEach(given, PARTS)
  }
}
