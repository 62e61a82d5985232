// The archive, an MCP server in a process of its own.
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'

// A server started over stdio gets only what it is given.
const HANDED_ON = /^(ANTHROPIC|MLFLOW|OTEL|TURNSPAN)_/

export async function connect() {
  const client = new Client({ name: 'newsroom', version: '1.0.0' })
  const env = Object.entries(process.env).filter(([name]) => HANDED_ON.test(name))
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [fileURLToPath(new URL('archive-server.js', import.meta.url))],
      env: { ...getDefaultEnvironment(), ...Object.fromEntries(env) },
    }),
  )
  return client
}
