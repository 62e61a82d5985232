import * as traceloop from '@traceloop/node-server-sdk'

/** Traceloop's SDK with its workflow, task and tool wrappers. */
export function start({ endpoint }) {
  traceloop.initialize({
    appName: 'bench',
    baseUrl: endpoint,
    apiKey: 'key',
    silenceInitializationMessage: true,
  })
  const model = (name, request, fn) =>
    traceloop.withTask({ name, inputParameters: [request] }, async () => {
      const response = await fn()
      return response
    })
  return {
    agent: (name, input, fn) => traceloop.withAgent({ name, inputParameters: [input] }, fn),
    model,
    tool: (name, args, fn) => traceloop.withTool({ name, inputParameters: [args] }, fn),
    tiny: (name, fn) => traceloop.withTask({ name }, fn),
    tinyAsync: (name, fn) => traceloop.withTask({ name }, fn),
    flush: () => traceloop.forceFlush(),
  }
}
