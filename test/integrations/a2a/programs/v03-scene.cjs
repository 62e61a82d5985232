// The same with version 0.3 of the SDK, whose older client stands beside the newer one.
const { createServer } = require('node:http')

const text = (value) => ({ kind: 'text', text: value })
const message = (role, value, ids = {}) => ({
  kind: 'message',
  messageId: `m-${value}`,
  role,
  parts: [text(value)],
  ...ids,
})

/** Runs a function in a span of turnspan where it is there. */
let inTool = (_name, fn) => fn()

class Clerk {
  async execute({ taskId, contextId, userMessage }, bus) {
    const asked = userMessage.parts[0].text
    if (asked === 'fail') throw new Error('The shelf is empty.')
    const ids = { taskId, contextId }
    if (asked === 'hello') {
      bus.publish(message('agent', `hello in ${contextId}`, { contextId }))
      bus.finished()
      return
    }
    const task = { kind: 'task', id: taskId, contextId, history: [userMessage], artifacts: [] }
    const update = (state, said) => ({
      kind: 'status-update',
      ...ids,
      status: { state, ...(said && { message: message('agent', said, ids) }) },
      final: true,
    })
    bus.publish({ ...task, status: { state: 'submitted' } })
    if (asked === 'refuse') bus.publish(update('rejected', 'I may not.'))
    else {
      const found = await inTool('count_boxes', async () => '3 boxes')
      bus.publish({ kind: 'artifact-update', ...ids, artifact: { artifactId: 'a', parts: [text(found)] } })
      bus.publish(update('completed'))
    }
    bus.finished()
  }

  async cancelTask() {}
}

const cardAt = (url) => ({
  name: 'warehouse',
  description: 'Knows what there is',
  version: '2.1.0',
  protocolVersion: '0.3.0',
  url,
  preferredTransport: 'JSONRPC',
  capabilities: { streaming: true },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [],
})

/** Starts the agent. @returns its server */
async function serve({ server, handlers, express }) {
  const app = express()
  const web = createServer(app)
  await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve))
  const card = cardAt(`http://127.0.0.1:${web.address().port}/`)
  const requestHandler = new server.DefaultRequestHandler(card, new server.InMemoryTaskStore(), new Clerk())
  const { noAuthentication } = handlers.UserBuilder
  app.use('/rpc', handlers.jsonRpcHandler({ requestHandler, userBuilder: noAuthentication }))
  new handlers.A2AExpressApp(requestHandler).setupRoutes(app)
  return web
}

/** Asks by the client that does not care for transports. */
async function ask({ client }, url) {
  const seen = []
  const interceptors = [
    {
      before: async ({ input, options }) =>
        void seen.push(`${input.method} ${Object.keys(options?.serviceParameters ?? {}).sort()}`),
      after: async ({ result }) => void seen.push(`after ${result.method}`),
    },
  ]
  const factory = new client.ClientFactory(
    client.ClientFactoryOptions.createFrom(client.ClientFactoryOptions.default, {
      clientConfig: { interceptors },
    }),
  )
  const agent = await factory.createFromAgentCard(cardAt(url))
  const send = (value, ids) => agent.sendMessage({ message: message('user', value, ids) })
  const stock = await send('stock')
  const events = []
  for await (const { kind } of agent.sendMessageStream({ message: message('user', 'stock') }))
    events.push(kind)
  const hello = await send('hello', { contextId: 'c-1' })
  const refused = await send('refuse')
  const again = await agent.getTask({ id: stock.id })
  return {
    stock: [stock.status.state, stock.artifacts[0].parts[0].text],
    events,
    hello: hello.parts[0].text,
    refused: refused.status.state,
    again: again.status.state,
    seen,
  }
}

/** Asks by the older client, which hands on answers of JSON-RPC as they are. */
async function askOlder({ client }, url) {
  const agent = new client.A2AClient(cardAt(url))
  const send = (value, ids) => agent.sendMessage({ message: message('user', value, ids) })
  const stock = await send('stock')
  const first = []
  for await (const { kind } of agent.sendMessageStream({ message: message('user', 'stock') })) {
    first.push(kind)
    break
  }
  const failed = await send('fail')
  const unknown = await send('stock', { taskId: 'nowhere' })
  const gone = new client.A2AClient(cardAt('http://127.0.0.1:9/'))
  const unreachable = await gone
    .sendMessage({ message: message('user', 'stock') })
    .catch((error) => `${error.name}: ${error.message}`)
  return {
    keys: [agent, gone].flatMap((one) => Object.keys(one).sort()),
    stock: [stock.id, stock.result.status.state, stock.result.artifacts[0].parts[0].text],
    first,
    failed: failed.result?.status.state ?? failed.error,
    unknown: unknown.error.code,
    unreachable,
  }
}

/** A client that knows of no traces, on a connection that has brought one before. */
async function askPlainly(url) {
  const params = { message: message('user', 'hello', { contextId: 'c-2' }) }
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message/send', params }),
  })
  return (await answer.json()).result.parts[0].text
}

async function main(modules) {
  let inTurn = (fn) => fn()
  if (process.env.TRACED) {
    const turnspan = await modules.turnspan()
    inTool = (name, fn) => turnspan.withTool({ tool: name }, fn)
    inTurn = (fn) => turnspan.withAgent({ agent: 'desk', input: 'How much is there?' }, fn)
  }
  const web = await serve(modules)
  const url = `http://127.0.0.1:${web.address().port}/`
  const found = await inTurn(async () => ({
    newer: await ask(modules, url),
    older: await askOlder(modules, `${url}rpc`),
  }))
  console.log(JSON.stringify({ ...found, plainly: await askPlainly(url) }))
  web.close()
  web.closeAllConnections()
}

module.exports = { main }
