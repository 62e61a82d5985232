// An ES module application that calls init before or after it imports the SDK. Arguments: major version, order.
import { flushTraces, init, withAgent } from 'turnspan'
import exchange from './exchange.cjs'

const [major, order] = process.argv.slice(2)
if (order === 'before') init()
const modules =
  major === '2'
    ? ['@modelcontextprotocol/client', '@modelcontextprotocol/server']
    : [
        '@modelcontextprotocol/sdk/client/index.js',
        '@modelcontextprotocol/sdk/server/mcp.js',
        '@modelcontextprotocol/sdk/inMemory.js',
      ]
const loaded = await Promise.all([...modules, 'zod'].map((name) => import(name)))
if (order === 'after') init()
await exchange(Object.assign({ withAgent, flushTraces }, ...loaded))
