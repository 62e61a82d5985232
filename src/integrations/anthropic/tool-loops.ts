import type { Context } from '@opentelemetry/api'
import { liveSpanIn } from '../../tracer/context-keys.ts'
import { activeContext, processWide } from '../base/index.ts'

/** The tool runners under way, by the spans of their loops. */
const loops = (): WeakMap<object, object> =>
  processWide('anthropic-tool-loops', () => new WeakMap<object, object>())

/** Notes that `span` stands for the loop of `runner`. */
export function noteToolLoop(span: object, runner: object): void {
  loops().set(span, runner)
}

/** The tool runner whose loop the running code is directly in: not in one of its tools or model calls. */
export function toolRunnerIn(context: Context = activeContext()): object | undefined {
  const span = liveSpanIn(context)
  return span && loops().get(span)
}
