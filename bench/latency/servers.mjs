/** Receivers in a process of their own, so that what they do is in nobody's figures. Prints their ports as JSON. */
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'

const answering = (status) =>
  createHttpServer((request, response) => {
    request.resume()
    // What answers everything else is not MLflow.
    const isTraces = request.url === '/v1/traces'
    request.once('end', () => response.writeHead(isTraces ? status : 404).end())
  })

/** Reads what is sent and never answers. */
const blackHole = createTcpServer((socket) => {
  socket.on('error', () => socket.destroy())
  socket.resume()
})

const listening = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))

const gone = createTcpServer()
const dead = await listening(gone)
await new Promise((resolve) => gone.close(resolve))
const ports = {
  fast: await listening(answering(200)),
  failing: await listening(answering(500)),
  'black hole': await listening(blackHole),
  dead,
}
process.stdout.write(`${JSON.stringify(ports)}\n`)
