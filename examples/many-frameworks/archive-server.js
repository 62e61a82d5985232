// The archive: an MCP server whose tool has Claude read what it finds.
import Anthropic from '@anthropic-ai/sdk'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { init } from 'turnspan'
import * as z from 'zod'

init({ captureContent: true, serviceName: 'archive' })

const ARTICLES = ['1987: The old bridge is repaired.', '2004: The old bridge is closed to cars.']

const anthropic = new Anthropic()
const server = new McpServer({ name: 'archive', version: '1.0.0' })
server.registerTool(
  'ask_archive',
  { description: 'Answers a question from the archive', inputSchema: { question: z.string() } },
  async ({ question }) => {
    const { content } = await anthropic.messages.create({
      model: 'claude-haiku-4-5',
      max_tokens: 200,
      messages: [{ role: 'user', content: `${ARTICLES.join('\n')}\n\n${question}` }],
    })
    return { content: [{ type: 'text', text: content.map((block) => block.text ?? '').join('') }] }
  },
)
await server.connect(new StdioServerTransport())
