import { LangfuseSpanProcessor } from '@langfuse/otel'
import { startActiveObservation } from '@langfuse/tracing'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'

/** Langfuse on a provider of OpenTelemetry 2.x, as its documentation sets it up. */
export function start({ endpoint }) {
  const processor = new LangfuseSpanProcessor({ publicKey: 'pk', secretKey: 'sk', baseUrl: endpoint })
  const provider = new BasicTracerProvider({ spanProcessors: [processor] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const traced = (name, asType, input, fn, more) =>
    startActiveObservation(
      name,
      async (observation) => {
        observation.update({ input })
        const output = await fn()
        observation.update({ output, ...more?.(output) })
        return output
      },
      { asType },
    )
  return {
    agent: (name, input, fn) => traced(name, 'agent', input, fn),
    model: (name, request, fn) =>
      traced(name, 'generation', request, fn, ({ usage }) => ({
        model: request.model,
        usageDetails: { input: usage.prompt_tokens, output: usage.completion_tokens },
      })),
    tool: (name, args, fn) => traced(name, 'tool', args, fn),
    tiny: (name, fn) => startActiveObservation(name, fn),
    tinyAsync: (name, fn) => startActiveObservation(name, fn),
    flush: () => provider.forceFlush(),
  }
}
