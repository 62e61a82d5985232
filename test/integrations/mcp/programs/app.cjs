// The same in CommonJS.
const { flushTraces, init, withAgent } = require('turnspan')
const exchange = require('./exchange.cjs')

const [major, order] = process.argv.slice(2)
if (order === 'before') init()
const loaded =
  major === '2'
    ? [require('@modelcontextprotocol/client'), require('@modelcontextprotocol/server')]
    : [
        require('@modelcontextprotocol/sdk/client/index.js'),
        require('@modelcontextprotocol/sdk/server/mcp.js'),
        require('@modelcontextprotocol/sdk/inMemory.js'),
      ]
if (order === 'after') init()
void exchange(Object.assign({ withAgent, flushTraces }, ...loaded, require('zod')))
