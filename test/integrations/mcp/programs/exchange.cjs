// What the applications do: one call of one tool, in memory, below an agent.
module.exports = async ({ Client, McpServer, InMemoryTransport, z, withAgent, flushTraces }) => {
  const server = new McpServer({ name: 'app', version: '1' }, {})
  const answer = async ({ text }) => ({ content: [{ type: 'text', text }] })
  if (server.tool === undefined)
    server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, answer)
  else server.tool('echo', { text: z.string() }, answer)
  const client = new Client({ name: 'asker', version: '1' }, { capabilities: {} })
  const [near, far] = InMemoryTransport.createLinkedPair()
  await Promise.all([server.connect(far), client.connect(near)])
  const result = await withAgent({ agent: 'app' }, () =>
    client.callTool({ name: 'echo', arguments: { text: 'hi' } }),
  )
  await client.close()
  const report = await flushTraces()
  process.stdout.write(JSON.stringify({ text: result.content[0].text, sent: report.sent }))
}
