import { createServer } from 'node:http'

// Counts what comes and forgets it. The parent says `{ status }`, or asks for the counts with `{}`.
let status = 200
let counts = { requests: 0, bytes: 0, firstMs: 0, lastMs: 0 }
/** Bodies to be kept, for templates. */
const keep = process.argv[2] === 'keep' ? [] : undefined

const server = createServer((request, response) => {
  const chunks = []
  let bytes = 0
  request.on('data', (chunk) => {
    bytes += chunk.length
    if (keep) chunks.push(chunk)
  })
  request.on('end', () => {
    if (status === 200) {
      counts.requests += 1
      counts.bytes += bytes
      counts.lastMs = performance.now()
      counts.firstMs ||= counts.lastMs
      if (bytes > 0) keep?.push(Buffer.concat(chunks))
    }
    response.writeHead(status, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end()
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', ({ id, ...say }) => {
  if (say.status) status = say.status
  const bodies = say.bodies ? keep?.map((body) => body.toString('base64')) : undefined
  process.send({ id, answer: { ...counts, bodies } })
  if (say.reset) counts = { requests: 0, bytes: 0, firstMs: 0, lastMs: 0 }
})
process.on('disconnect', () => process.exit())
