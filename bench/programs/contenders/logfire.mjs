import * as logfire from '@pydantic/logfire-node'

/** Logfire for Node against a stand-in for its service. */
export function start({ endpoint }) {
  logfire.configure({
    serviceName: 'bench',
    sendToLogfire: true,
    token: 'token',
    advanced: { baseUrl: endpoint },
    console: false,
    metrics: false,
    nodeAutoInstrumentations: {},
  })
  const traced = (name, key, input, fn) =>
    logfire.span(name, {
      attributes: { [key]: input },
      callback: async (span) => {
        const output = await fn()
        span.setAttribute('output', JSON.stringify(output))
        return output
      },
    })
  return {
    agent: (name, input, fn) => traced(name, 'input', input, fn),
    model: (name, request, fn) => traced(name, 'request', request, fn),
    tool: (name, args, fn) => traced(name, 'arguments', args, fn),
    tiny: (name, fn) => logfire.span(name, { callback: fn }),
    tinyAsync: (name, fn) => logfire.span(name, { callback: fn }),
    flush: () => logfire.forceFlush(),
  }
}
