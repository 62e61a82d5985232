import type { Context } from '@opentelemetry/api'
import type { LiveSpan } from '../../span/live-span.ts'
import * as keys from '../../span/semconv/keys.ts'
import { SpanType } from '../../span/semconv/span-type.ts'
import type { Pipeline } from '../../tracer/pipeline.ts'
import { openSpan } from '../../tracing/open-span.ts'
import { begin, type OutcomeOptions, returned, runInside, threw } from '../../tracing/outcome.ts'
import { dataOf } from './own-data.ts'

/** A tool that a framework calls. */
export interface ToolRun {
  /** The bare name: MLflow's charts group tool calls by the name of the span. */
  readonly name: string
  /** What it is called with. Content; read as {@link dataOf} says. */
  readonly arguments?: unknown
  /** The model's ID of this call. */
  readonly callId?: string | undefined
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Runs a tool in a span of type TOOL, with the span active. Returns and throws what `fn` does; the span ends when the
 * work does, so promises and streams are followed.
 *
 * @param init - asked only when something is traced
 */
export function runTool<T>(init: () => ToolRun, fn: () => T): T {
  const running = begin(openTool, AS_DATA, init)
  if (running === undefined) return fn()
  if (!running.isActive) return runInside(running, fn, undefined, []) as T
  try {
    return returned(running, fn, fn()) as T
  } catch (thrown) {
    throw threw(running, thrown)
  }
}

/** What a tool gives is the program's, and is made JSON of by the framework alone. */
const AS_DATA: OutcomeOptions = { readOutputs: dataOf, outputReducer: dataOf }

function openTool(pipeline: Pipeline, context: Context, _: OutcomeOptions, init: () => ToolRun): LiveSpan {
  const tool = init()
  const span = openSpan(pipeline, context, {
    name: tool.name,
    spanType: SpanType.TOOL,
    attributes: {
      ...tool.attributes,
      ...(tool.callId !== undefined && { [keys.TOOL_CALL_ID]: tool.callId }),
    },
  })
  if (tool.arguments !== undefined && span.wantsContent) span.setInputs(dataOf(tool.arguments))
  return span
}
