// A server of the Model Context Protocol with one tool, in as few lines as it takes.
import { createInterface } from 'node:readline'

const tool = {
  name: 'lookup',
  description: 'Looks up',
  inputSchema: { type: 'object', properties: { key: { type: 'string' } } },
}
const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'shelf', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: [tool] }),
  'tools/call': ({ arguments: { key } }) => ({ content: [{ type: 'text', text: `a book on ${key}` }] }),
}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) continue
  const result = answers[method]?.(params) ?? {}
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`)
}
