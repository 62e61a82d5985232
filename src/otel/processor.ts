import type { Context } from '@opentelemetry/api'
import { createJoinedProcessor, markProcessor, type ProcessorLike } from '../bridge/attach-provider.ts'
import type { InitOptions } from '../config/options.ts'
import { flushTraces, init, shutdown } from '../setup/lifecycle.ts'
import { currentPipeline } from '../tracer/current.ts'
import type { ExternalSpan } from '../tracer/external-span.ts'
import { strictConfig } from './strict-config.ts'

/**
 * An OpenTelemetry span processor that sends an application's spans to where turnspan's spans go. It fits the providers
 * of SDK 1.30, 2.x and 3.x, and is needed only where turnspan cannot attach to a provider by itself (see
 * docs/opentelemetry.md).
 *
 * @example
 * import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
 * import { TurnspanProcessor } from 'turnspan/otel'
 *
 * new NodeTracerProvider({ spanProcessors: [new TurnspanProcessor({ trackingUri: 'http://localhost:5000' })] }).register()
 */
export class TurnspanProcessor {
  readonly #inner: ProcessorLike = createJoinedProcessor()

  /**
   * @param options - as for `init`, which is called with them; without options, those of an earlier `init` apply, or
   * else the environment
   * @throws ConfigError for an invalid option
   */
  constructor(options?: InitOptions) {
    markProcessor(this)
    if (options === undefined && currentPipeline() !== undefined) return
    strictConfig(options)
    init(options)
  }

  /** Takes note of a span that begins. */
  onStart(span: ExternalSpan, context: Context): void {
    this.#inner.onStart(span, context)
  }

  /** Takes a copy of a span that ended; the span itself is not changed. */
  onEnd(span: ExternalSpan): void {
    this.#inner.onEnd(span)
  }

  /** Sends what has ended, and waits for it. */
  async forceFlush(): Promise<void> {
    await flushTraces()
  }

  /** Calls {@link TurnspanProcessor.forceFlush}; then nothing more is traced until the next `init`. */
  async shutdown(): Promise<void> {
    await shutdown()
  }
}
