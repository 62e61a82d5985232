import { createServer } from 'node:http'
import { init, withRemoteContext, withTool } from 'turnspan'

// Only the desk calls here, so it may say whose request it is, and whether it is traced.
init({ captureContent: true, serviceName: 'warehouse', trustIncoming: true })

const server = createServer((request, response) => {
  const item = (request.url ?? '/').slice(1)
  withRemoteContext(request.headers, () => {
    const count = withTool({ tool: 'count_boxes', arguments: { item } }, () => item.length)
    response.end(`${count} boxes of ${item}`)
  })
})
// Once it ends by itself, nothing is lost.
process.on('SIGTERM', () => server.close())
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
