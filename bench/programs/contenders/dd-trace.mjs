import { subscribe } from 'node:diagnostics_channel'
import tracer from 'dd-trace'

/**
 * Datadog's tracer against a stand-in for its agent, with payloads as JSON text in tags. Instrumentations are off, the
 * rest is as it comes. It can also send OTLP, but then each trace in a request of its own; its agent's protocol is what
 * it is made for. It has no call that waits until all is delivered: flushing waits for its requests.
 */
export function start({ endpoint }) {
  const requests = requestsTo('/v0.4/traces')
  tracer.init({ url: endpoint, service: 'bench', plugins: false, startupLogs: false })
  const exporter = tracer._tracer._exporter
  return {
    ...calls,
    flush: async () => {
      await new Promise((resolve) => exporter.flush(resolve))
      while (requests.size > 0) await new Promise((resolve) => setTimeout(resolve, 1))
    },
  }
}

/** Requests that are on their way. */
function requestsTo(path) {
  const open = new Set()
  subscribe('http.client.request.start', ({ request }) => {
    if (request.path !== path) return
    open.add(request)
    request.once('close', () => open.delete(request))
  })
  return open
}

const json = (value) => (typeof value === 'string' ? value : JSON.stringify(value))

const traced = (name, type, input, fn, after) =>
  tracer.trace(name, { type }, async (span) => {
    span.setTag('input.value', json(input))
    const result = await fn()
    span.setTag('output.value', json(result))
    after?.(span, result)
    return result
  })

const calls = {
  agent: (name, input, fn) =>
    traced(name, 'agent', input, fn, (span) => {
      span.setTag('gen_ai.agent.name', 'support')
      span.setTag('session.id', 'session-17')
    }),
  model: (name, request, fn) =>
    traced(name, 'llm', request, fn, (span, { usage }) => {
      span.setTag('gen_ai.request.model', request.model)
      span.setTag('gen_ai.provider.name', 'openai')
      span.setTag('gen_ai.usage.input_tokens', usage.prompt_tokens)
      span.setTag('gen_ai.usage.output_tokens', usage.completion_tokens)
    }),
  tool: (name, args, fn) =>
    traced(name, 'tool', args, fn, (span) => span.setTag('gen_ai.tool.name', 'search')),
  tiny: (name, fn) => tracer.trace(name, fn),
  tinyAsync: (name, fn) => tracer.trace(name, fn),
}
