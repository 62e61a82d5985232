// The tools of an MCP server as tools of LangChain.
import { fileURLToPath } from 'node:url'
import { tool } from '@langchain/core/tools'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'

/** Starts the server beside this file and asks it for its tools. */
export async function connect() {
  const client = new Client({ name: 'support', version: '1.0.0' })
  const server = fileURLToPath(new URL('mcp-server.js', import.meta.url))
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [server] }))
  const listed = await client.listTools()
  const tools = listed.tools.map(({ name, description, inputSchema }) =>
    tool(
      async (args) => {
        const { content } = await client.callTool({ name, arguments: args })
        return content.map((part) => part.text).join('\n')
      },
      { name, description, schema: inputSchema },
    ),
  )
  return { tools, close: () => client.close() }
}
