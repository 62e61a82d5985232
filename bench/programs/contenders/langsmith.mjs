import { Client } from 'langsmith'
import { traceable } from 'langsmith/traceable'

/**
 * LangSmith's `traceable` against a stand-in for its service. It knows no synchronous spans: `tiny` is awaited too. It
 * compresses for a service that takes it, as theirs does; without `gzip` it is told not to, like the others.
 */
export function start({ endpoint, gzip }) {
  process.env.LANGSMITH_TRACING = 'true'
  if (!gzip) process.env.LANGSMITH_DISABLE_RUN_COMPRESSION = 'true'
  const client = new Client({ apiUrl: endpoint, apiKey: 'key' })
  const traced = (name, run_type, fn, input) =>
    traceable(fn, { name, run_type, client, project_name: 'bench' })(...(input === undefined ? [] : [input]))
  return {
    agent: (name, input, fn) => traced(name, 'chain', fn, { input }),
    model: (name, request, fn) => traced(name, 'llm', fn, request),
    tool: (name, args, fn) => traced(name, 'tool', fn, args),
    tiny: (name, fn) => traced(name, 'chain', fn),
    tinyAsync: (name, fn) => traced(name, 'chain', fn),
    flush: () => client.awaitPendingTraceBatches(),
  }
}
