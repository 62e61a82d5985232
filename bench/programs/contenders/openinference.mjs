import { getLLMAttributes, OITracer, withSpan } from '@arizeai/openinference-core'
import { trace } from '@opentelemetry/api'
import { start as startOtel } from './otel-2.mjs'

/** OpenInference's wrappers on OpenTelemetry 2.x. */
export function start(options) {
  const { flush } = startOtel(options)
  const tracer = new OITracer({ tracer: trace.getTracer('bench') })
  const traced = (name, kind, input, fn, processOutput) =>
    withSpan(fn, { tracer, name, kind, ...(processOutput && { processOutput }) })(input)
  return {
    agent: (name, input, fn) => traced(name, 'AGENT', input, fn),
    model: (name, request, fn) =>
      traced(name, 'LLM', request, fn, ({ choices, usage }) =>
        getLLMAttributes({
          modelName: request.model,
          provider: 'openai',
          inputMessages: request.messages,
          outputMessages: choices.map(({ message }) => ({ role: message.role, content: message.content })),
          tokenCount: { prompt: usage.prompt_tokens, completion: usage.completion_tokens },
        }),
      ),
    tool: (name, args, fn) => traced(name, 'TOOL', args, fn),
    tiny: (name, fn) => withSpan(fn, { tracer, name })(),
    tinyAsync: (name, fn) => withSpan(fn, { tracer, name })(),
    flush,
  }
}
