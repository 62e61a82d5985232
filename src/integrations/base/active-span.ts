import type { Context } from '@opentelemetry/api'
import { activeContext } from '../../context/active-context.ts'
import { addActiveSource, askSources, withoutSources } from '../../runtime/active-sources.ts'

/** A span that a framework holds for the running one; {@link Step} and {@link ModelCall} are such. */
export interface ActiveSpan {
  /** The context with its span active. */
  readonly inside: Context
  /** The context that the async context held, apart from what frameworks say, when it began. */
  readonly parentContext: Context
}

/** The span of the framework's running step, as the framework's own storage has it. Must be quick; may not throw. */
export type ActiveSpanSource = () => ActiveSpan | undefined

/**
 * Lets a framework's own idea of the running step count as the active span, for turnspan and for every OpenTelemetry
 * instrumentation. It holds only as long as the async context is the one in which the step began: a span that the
 * program itself opened inside the step is nearer, and wins.
 *
 * @returns takes it away again
 */
export function registerActiveSpanSource(source: ActiveSpanSource): () => void {
  return addActiveSource((active) => {
    const running = source()
    return running !== undefined && running.parentContext === active ? running.inside : undefined
  })
}

/** The context that the async context holds, whatever frameworks say. */
export function plainContext(): Context {
  return withoutSources(activeContext)
}

/** As {@link plainContext}, for a span that begins: from now on frameworks may answer with it. */
export function parentContext(): Context {
  askSources()
  return plainContext()
}
