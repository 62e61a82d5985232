// The records of a shop on an MCP server, which speaks over stdin and stdout.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import * as z from 'zod'

const RECORDS = {
  'customer c-17': 'Ada, one open order: o-4',
  'order o-4': 'sent on Monday, arrives on Thursday',
  'policy returns': 'within 30 days, free of charge',
}

const server = new McpServer({ name: 'shop', version: '1.0.0' })
server.registerTool(
  'look_up',
  { description: 'Looks up a record of the shop', inputSchema: { record: z.string() } },
  async ({ record }) => ({ content: [{ type: 'text', text: RECORDS[record] ?? 'nothing' }] }),
)
await server.connect(new StdioServerTransport())
