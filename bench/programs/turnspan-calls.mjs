import { flushTraces, SpanType, stats, withAgent, withSpan, withTool } from 'turnspan'

const AGENT = { agent: 'support', sessionId: 'session-17' }

/** How an agent is traced with turnspan, as its documentation shows it. */
export const turnspanCalls = {
  agent: (name, input, fn) => withAgent({ ...AGENT, agent: name, input }, fn),
  model: (name, request, fn) =>
    withSpan(
      async (span) => {
        span.setInputs(request)
        const response = await fn()
        span.setModel(request.model, 'openai')
        span.setOutputs(response)
        const { prompt_tokens, completion_tokens } = response.usage
        span.setTokenUsage({ inputTokens: prompt_tokens, outputTokens: completion_tokens })
        return response
      },
      { name, spanType: SpanType.LLM },
    ),
  tool: (name, args, fn) => withTool({ tool: name, arguments: args }, fn),
  recording: (name, fn) => withSpan((span) => fn((value) => span.setInputs(value)), { name }),
  tiny: (name, fn) => withSpan(fn, { name }),
  tinyAsync: (name, fn) => withSpan(fn, { name }),
  flush: () => flushTraces({ timeoutMs: 120_000 }),
  stats,
}
