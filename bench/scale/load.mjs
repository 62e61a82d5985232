import { Agent, request } from 'node:http'

/** Bodies made before the clock runs; after the last one the first comes again, with other IDs. */
const READY = 8

/**
 * Sends requests for so many seconds, `atOnce` at a time, the next when one is answered, to `urls` in turn. A request
 * that is refused for now is tried again, as turnspan does.
 */
export async function sendLoad({ urls, template, seconds, atOnce, headers = {} }) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const ready = Array.from({ length: READY }, template.fresh)
  const found = { requests: 0, spans: 0, bytes: 0, refused: {}, slowestMs: 0 }
  const began = performance.now()
  const sender = async (turn) => {
    for (let i = turn; performance.now() - began < seconds * 1000; i += atOnce) {
      const body = ready.shift() ?? template.fresh()
      const start = performance.now()
      const status = await post(urls[i % urls.length], body, agent, headers)
      found.slowestMs = Math.max(found.slowestMs, performance.now() - start)
      if (status === 200) {
        found.requests += 1
        found.spans += template.spans
        found.bytes += body.length
      } else {
        found.refused[status] = (found.refused[status] ?? 0) + 1
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, turn) => sender(turn)))
  agent.destroy()
  return { ...found, seconds: (performance.now() - began) / 1000 }
}

function post(url, body, agent, headers) {
  return new Promise((resolve) => {
    const sent = request(
      `${url}/v1/traces`,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length, ...headers },
      },
      (response) => response.resume().on('end', () => resolve(response.statusCode)),
    )
    sent.on('error', (error) => resolve(error.code ?? 'error'))
    sent.end(body)
  })
}
