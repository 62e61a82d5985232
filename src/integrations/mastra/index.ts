/**
 * Traces what a program does with Mastra, `@mastra/core` 0.24 and 1: `turnspan/mastra`.
 *
 * @packageDocumentation
 */
import { currentPipeline, read, suppressScope } from '../base/index.ts'
import { MastraSpans } from './mastra-spans.ts'
import type { MastraBridge, MastraExporter } from './types.ts'

export type { MastraBridge, MastraExporter, MastraSpanIds } from './types.ts'

/**
 * The bridge from Mastra 1 to turnspan: every agent, step, model call, tool and workflow is a span, below whichever
 * span of the program is active, and what tools call is placed below them. Without `init`, or if `init` finds nothing
 * configured, it does nothing.
 *
 * @returns what Mastra's `Observability` takes as the `bridge` of one configuration
 * @see https://mastra.ai/docs/observability/tracing/overview
 * @example
 * import { Mastra } from '@mastra/core/mastra'
 * import { Observability } from '@mastra/observability'
 * import { createMastraBridge } from 'turnspan/mastra'
 * const observability = new Observability({
 *   configs: { default: { serviceName: 'shop', bridge: createMastraBridge() } },
 * })
 * export const mastra = new Mastra({ agents: {}, observability })
 */
export function createMastraBridge(): MastraBridge {
  const spans = new MastraSpans()
  return {
    name: 'turnspan',
    init: (options) => spans.configure(read(options, 'config')),
    createSpan: (options) => spans.create(options),
    executeInContext: (spanId, fn) => spans.run(spanId, fn),
    executeInContextSync: (spanId, fn) => spans.run(spanId, fn),
    releaseSpan: (spanId) => spans.release(spanId),
    async exportTracingEvent(event) {
      spans.told(event)
    },
    flush,
    async shutdown() {
      spans.close()
      await flush()
    },
  }
}

/**
 * An exporter of Mastra's traces to turnspan, for Mastra 0.24, which has no bridges, and for a program whose Mastra has
 * another bridge already. The tree is the same, except that spans that the program makes inside tools are not placed
 * below Mastra's spans, because an exporter only receives spans and cannot make them active.
 *
 * @returns what Mastra takes among the `exporters` of a configuration
 * @example
 * import { Mastra } from '@mastra/core'
 * import { createMastraExporter } from 'turnspan/mastra'
 * export const mastra = new Mastra({
 *   observability: { configs: { default: { serviceName: 'shop', exporters: [createMastraExporter()] } } },
 * })
 */
export function createMastraExporter(): MastraExporter {
  const spans = new MastraSpans()
  const hearFormer = FORMER_TRACERS.map((tracer) => suppressScope(tracer, (name) => FORMER_SPAN.test(name)))
  const take = async (event: object): Promise<void> => {
    spans.began(event)
    spans.told(event)
  }
  return {
    name: 'turnspan',
    exportEvent: take,
    exportTracingEvent: take,
    flush,
    async shutdown() {
      spans.close()
      for (const hear of hearFormer) hear()
      await flush()
    },
  }
}

/** Tracers by which Mastra 0.24 makes spans of each of its methods beside those that it exports, where the program names none. */
const FORMER_TRACERS = ['default-tracer', 'default-service']
const FORMER_SPAN = /^(?:agent|mastra|workflow)\.\w/

/** As long as `flushTraces` waits. */
const FLUSH_MS = 10_000

async function flush(): Promise<void> {
  await currentPipeline()?.exporter.flush(FLUSH_MS)
}
