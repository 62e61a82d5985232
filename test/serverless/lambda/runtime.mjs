// node runtime.mjs <handler>: what Lambda's own runtime for Node does, against the Runtime API of 2018-06-01.
import { request } from 'node:http'

const { AWS_LAMBDA_RUNTIME_API: api } = process.env
const agentless = { agent: false }

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const sending = request(`http://${api}/2018-06-01/runtime${path}`, { method, ...agentless }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve({ headers: answer.headers, text }))
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

const { [process.argv[2]]: handler } = await import('./handlers.mjs')
for (;;) {
  const { headers, text } = await call('GET', '/invocation/next')
  const id = headers['lambda-runtime-aws-request-id']
  const deadline = Number(headers['lambda-runtime-deadline-ms'])
  const context = { awsRequestId: id, getRemainingTimeInMillis: () => deadline - Date.now() }
  try {
    const result = await handler(JSON.parse(text), context)
    await call('POST', `/invocation/${id}/response`, JSON.stringify(result))
  } catch (error) {
    await call('POST', `/invocation/${id}/error`, JSON.stringify({ errorMessage: error.message }))
  }
}
