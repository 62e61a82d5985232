import { createServer } from 'node:http'
import { gzippedBytes, readBodies } from './read-bodies.mjs'

/**
 * The receiving end, in a process of its own so that its work is nobody's CPU time: stores bodies as they come,
 * answers at once, and looks into them only when asked. `GET /report` tells what has arrived, `POST /reset` forgets it.
 */
let bodies = []

const server = createServer((request, response) => {
  if (request.url.startsWith('/report')) return report(response, request.url.endsWith('?gzipped'))
  if (request.url === '/reset') {
    bodies = []
    return request.resume().on('end', () => response.end())
  }
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const { 'content-type': type = '', 'content-encoding': encoding } = request.headers
    bodies.push({ method: request.method, url: request.url, type, encoding, bytes: Buffer.concat(chunks) })
    acknowledge(request, response, type)
  })
})

/** OTLP gets an empty success; the control planes of others get the least that lets them go on. */
function acknowledge(request, response, type) {
  if (type === 'application/x-protobuf') {
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end()
    return
  }
  response.writeHead(request.url.endsWith('/multipart') ? 202 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answerTo(request.url)))
}

function answerTo(url) {
  const base = `http://127.0.0.1:${server.address().port}`
  if (url.startsWith('/api/apikey/login'))
    return { org_info: [{ id: 'org', name: 'org', api_url: base, proxy_url: base }] }
  if (url.startsWith('/api/project/register'))
    return { project: { id: 'project', name: 'bench', org_id: 'org' } }
  if (url.startsWith('/logs3')) return { ids: [] }
  if (url === '/v0.4/traces') return { rate_by_service: { 'service:,env:': 1 } }
  if (url === '/info') return LANGSMITH_INFO
  return {}
}

const LANGSMITH_INFO = {
  version: '0.12.0',
  instance_flags: { gzip_body_enabled: true },
  batch_ingest_config: {
    use_multipart_endpoint: true,
    scale_up_qsize_trigger: 1000,
    scale_up_nthreads_limit: 16,
    scale_down_nempty_trigger: 4,
    size_limit: 100,
    size_limit_bytes: 20_971_520,
  },
}

function report(response, gzipped) {
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({ ...readBodies(bodies), ...(gzipped && { gzippedBytes: gzippedBytes(bodies) }) }),
  )
}

server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit())
