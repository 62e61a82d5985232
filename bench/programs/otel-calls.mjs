/**
 * How an agent is traced with OpenTelemetry's API: payloads as JSON text in attributes, tokens, model and status
 * beside them. `StatusCode.OK` is 1, `ERROR` 2.
 */
export function otelCalls(tracer, { guarded = false } = {}) {
  const json = (span, key, value) => {
    if (!guarded || span.isRecording())
      span.setAttribute(key, typeof value === 'string' ? value : JSON.stringify(value))
  }

  const traced = (name, kind, input, fn, after) =>
    tracer.startActiveSpan(name, async (span) => {
      try {
        span.setAttribute('gen_ai.operation.name', kind)
        json(span, 'input.value', input)
        const result = await fn()
        json(span, 'output.value', result)
        after?.(span, result)
        span.setStatus({ code: 1 })
        return result
      } catch (error) {
        span.recordException(error)
        span.setStatus({ code: 2, message: error.message })
        throw error
      } finally {
        span.end()
      }
    })

  return {
    agent: (name, input, fn) =>
      traced(name, 'invoke_agent', input, fn, (span) => {
        span.setAttribute('gen_ai.agent.name', 'support')
        span.setAttribute('session.id', 'session-17')
      }),
    model: (name, request, fn) =>
      traced(name, 'chat', request, fn, (span, { usage }) => {
        span.setAttribute('gen_ai.request.model', request.model)
        span.setAttribute('gen_ai.provider.name', 'openai')
        span.setAttribute('gen_ai.usage.input_tokens', usage.prompt_tokens)
        span.setAttribute('gen_ai.usage.output_tokens', usage.completion_tokens)
      }),
    tool: (name, args, fn) =>
      traced(name, 'execute_tool', args, fn, (span) => span.setAttribute('gen_ai.tool.name', 'search')),
    recording: (name, fn) =>
      tracer.startActiveSpan(name, (span) => {
        try {
          return fn((value) => span.setAttribute('input.value', value))
        } finally {
          span.end()
        }
      }),
    tiny: (name, fn) =>
      tracer.startActiveSpan(name, (span) => {
        try {
          return fn()
        } finally {
          span.end()
        }
      }),
    tinyAsync: (name, fn) =>
      tracer.startActiveSpan(name, async (span) => {
        try {
          return await fn()
        } finally {
          span.end()
        }
      }),
  }
}
