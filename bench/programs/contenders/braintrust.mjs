import { initLogger, traced } from 'braintrust'

/** Braintrust's logger against a stand-in for its service. */
export function start({ endpoint }) {
  process.env.BRAINTRUST_APP_URL = endpoint
  process.env.BRAINTRUST_API_URL = endpoint
  const logger = initLogger({ projectName: 'bench', apiKey: 'key', appUrl: endpoint, asyncFlush: true })
  const recorded = (name, type, input, fn, more) =>
    traced(
      async (span) => {
        const output = await fn()
        span.log({ input, output, ...more?.(output) })
        return output
      },
      { name, type },
    )
  return {
    agent: (name, input, fn) => recorded(name, 'task', input, fn),
    model: (name, request, fn) =>
      recorded(name, 'llm', request, fn, ({ usage }) => ({
        metadata: { model: request.model },
        metrics: { prompt_tokens: usage.prompt_tokens, completion_tokens: usage.completion_tokens },
      })),
    tool: (name, args, fn) => recorded(name, 'tool', args, fn),
    tiny: (name, fn) => traced(fn, { name }),
    tinyAsync: (name, fn) => traced(fn, { name }),
    flush: () => logger.flush(),
  }
}
