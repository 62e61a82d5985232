import type { Context } from '@opentelemetry/api'
import { runIn } from '../../context/active-context.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import type { SpanType } from '../../span/semconv/span-type.ts'
import { currentPipeline } from '../../tracer/current.ts'
import { activeContext, contextOf, openSpan, tracingIn } from '../../tracing/open-span.ts'
import { parentContext } from './active-span.ts'
import { dataOf } from './own-data.ts'

/** A part of a framework's work that is no call of a model or a tool: a chain, a turn, a retrieval. */
export interface StepInit {
  readonly name: string
  readonly spanType: SpanType
  /** Content; read as {@link dataOf} says. */
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  /** The context that it began in, where the framework reports it later. @defaultValue the active one */
  readonly context?: Context | undefined
  /** In milliseconds since 1970. @defaultValue now */
  readonly startTime?: number | undefined
}

/** A step under way; its span is ended by whoever began it. */
export interface Step {
  readonly span: LiveSpan
  /** The context in which it began. */
  readonly outside: Context
  /** {@link Step.outside} with its span active. */
  readonly inside: Context
  /** For {@link ActiveSpan}. */
  readonly parentContext: Context
  /** Runs `fn` with the span active. */
  run<T>(fn: () => T): T
}

/** Begins a step below whatever is active; `undefined` when nothing is traced. */
export function beginStep(init: () => StepInit): Step | undefined {
  if (currentPipeline() === undefined) return undefined
  try {
    const given = init()
    const outside = given.context ?? activeContext()
    const pipeline = tracingIn(outside)
    if (pipeline === undefined) return undefined
    const span = openSpan(pipeline, outside, {
      name: given.name,
      spanType: given.spanType,
      startTime: given.startTime,
      ...(given.attributes && { attributes: { ...given.attributes } }),
    })
    if (given.inputs !== undefined && span.wantsContent) span.setInputs(dataOf(given.inputs))
    const inside = contextOf(outside, span)
    return { span, outside, inside, parentContext: parentContext(), run: (fn) => runIn(inside, fn) }
  } catch {
    return undefined
  }
}
