// Agents behind AG-UI, by both copies of its client: over HTTP, and one that lives in the program.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import * as esm from '@ag-ui/client'

const require = createRequire(import.meta.url)
const turnspan = process.env.TRACED ? await import('turnspan') : undefined
const inside = turnspan
  ? (headers, fn) => turnspan.withRemoteContext(headers, () => turnspan.withTool({ tool: 'look' }, fn))
  : (_headers, fn) => fn()

const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { threadId, runId, messages } = JSON.parse(body)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (type, event) => response.write(`data: ${JSON.stringify({ type, ...event })}\n\n`)
  const asked = messages.at(-1).content
  inside(request.headers, () => {
    send('RUN_STARTED', { threadId, runId })
    if (asked === 'fail') send('RUN_ERROR', { message: 'The shelf is empty.' })
    else {
      send('TEXT_MESSAGE_START', { messageId: 'm-2', role: 'assistant' })
      send('TEXT_MESSAGE_CONTENT', { messageId: 'm-2', delta: `3 boxes, ${request.headers['x-a']}` })
      send('TEXT_MESSAGE_END', { messageId: 'm-2' })
      send('RUN_FINISHED', { threadId, runId })
    }
  })
  response.end()
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}/`

async function probe({ HttpAgent }, name) {
  const config = { url, agentId: name, threadId: `thread-${name}`, headers: { 'x-a': '1' } }
  const start = (content) => [{ id: 'm-1', role: 'user', content }]
  const agent = new HttpAgent({ ...config, initialMessages: start('stock') })
  const events = []
  const { newMessages } = await agent.runAgent({}, { onEvent: ({ event }) => void events.push(event.type) })
  const failing = new HttpAgent({ ...config, initialMessages: start('fail') })
  const failed = await failing.runAgent().then(
    () => 'resolved',
    (error) => error.message,
  )
  return { events, newMessages, failed, headers: agent.headers }
}

const found = [await probe(esm, 'esm'), await probe(require('@ag-ui/client'), 'cjs')]
console.log(JSON.stringify(found))
server.close()
server.closeAllConnections()
