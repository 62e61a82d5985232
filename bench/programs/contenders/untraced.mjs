/** The same program without any tracing: what the harness itself costs. */
export function start() {
  return {
    agent: (_name, _input, fn) => fn(),
    model: (_name, _request, fn) => fn(),
    tool: (_name, _args, fn) => fn(),
    tiny: (_name, fn) => fn(),
    tinyAsync: (_name, fn) => fn(),
    flush: async () => undefined,
  }
}
