// An agent behind A2A, and a client that asks it everything. What came back is printed without the IDs that differ each time.
const { createServer } = require('node:http')

const text = (value) => ({
  content: { $case: 'text', value },
  mediaType: 'text/plain',
  filename: '',
  metadata: {},
})
const message = (role, value, ids = {}) => ({
  messageId: `m-${value}`,
  role,
  parts: [text(value)],
  contextId: '',
  taskId: '',
  extensions: [],
  referenceTaskIds: [],
  metadata: {},
  ...ids,
})

const [SUBMITTED, COMPLETED, REJECTED] = [1, 3, 7]
const USER = 1
const AGENT = 2

/** Whether the two speak version 0.3 of the protocol with each other. */
const isOlder = process.env.PROTOCOL === '0.3'
const compatible = isOlder ? { legacyCompat: { enabled: true } } : {}

/** Runs a function in a span of turnspan where it is there. */
let traced = { tool: (_name, fn) => fn(), model: () => undefined }

class Clerk {
  async execute({ taskId, contextId, userMessage, context }, bus) {
    const asked = userMessage.parts[0].content.value
    const publish = (kind, data) => bus.publish({ kind, data })
    if (asked === 'fail') throw new Error('The shelf is empty.')
    if (asked === 'hello') {
      publish('message', message(AGENT, `hello in ${contextId}`, { contextId, taskId: '' }))
      return
    }
    const status = (state, said) => ({ state, message: said && message(AGENT, said), timestamp: undefined })
    const task = { id: taskId, contextId, artifacts: [], history: [], metadata: {} }
    if (asked === 'refuse') {
      publish('task', { ...task, status: status(REJECTED, 'I may not.') })
      publish('statusUpdate', { taskId, contextId, status: status(REJECTED, 'I may not.'), metadata: {} })
      return
    }
    publish('task', { ...task, status: status(SUBMITTED) })
    const found = await traced.tool(
      'count_boxes',
      async () => `3 boxes, ${context.state.get('headers')['x-a']}`,
    )
    traced.model()
    const artifact = {
      artifactId: 'a',
      name: '',
      description: '',
      parts: [text(found)],
      metadata: {},
      extensions: [],
    }
    publish('artifactUpdate', { taskId, contextId, artifact, append: false, lastChunk: true, metadata: {} })
    publish('statusUpdate', { taskId, contextId, status: status(COMPLETED), metadata: {} })
  }

  async cancelTask() {}
}

const cardAt = (url) => ({
  name: 'warehouse',
  description: 'Knows what there is',
  version: '2.1.0',
  supportedInterfaces: [
    { url, protocolBinding: 'JSONRPC', protocolVersion: isOlder ? '0.3' : '1.0', tenant: '' },
  ],
  capabilities: { streaming: true, pushNotifications: false, extensions: [] },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  securitySchemes: {},
  securityRequirements: [],
  skills: [],
  signatures: [],
})

/** Starts the agent. @returns its server */
async function serve({ server, handlers, express }) {
  const app = express()
  const web = createServer(app)
  await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve))
  const card = cardAt(`http://127.0.0.1:${web.address().port}/`)
  const requestHandler = new server.DefaultRequestHandler(card, new server.InMemoryTaskStore(), new Clerk())
  const userBuilder = handlers.UserBuilder.noAuthentication
  app.use(handlers.jsonRpcHandler({ requestHandler, userBuilder, ...compatible }))
  return web
}

/** Asks the agent in every way. @returns what came back */
async function ask({ client }, port) {
  const seen = []
  const interceptors = [
    {
      before: async ({ input, options }) =>
        void seen.push(`${input.method} ${Object.keys(options.serviceParameters).sort()}`),
      after: async ({ result }) => void seen.push(`after ${result.method}`),
    },
  ]
  const factory = new client.ClientFactory(
    client.ClientFactoryOptions.createFrom(client.ClientFactoryOptions.default, {
      clientConfig: { interceptors },
      ...(isOlder && { transports: [new client.JsonRpcTransportFactory(compatible)] }),
    }),
  )
  const agent = await factory.createFromAgentCard(cardAt(`http://127.0.0.1:${port}/`))
  const send = (value, ids, options) => agent.sendMessage({ message: message(USER, value, ids) }, options)
  const stream = (value) => agent.sendMessageStream({ message: message(USER, value) })
  const options = Object.freeze({ serviceParameters: Object.freeze({ 'x-a': '1' }) })
  const stock = await send('stock', {}, options)
  const events = []
  for await (const { payload } of stream('stock')) events.push(payload.$case)
  const first = []
  for await (const { payload } of stream('stock')) {
    first.push(payload.$case)
    break
  }
  const hello = await send('hello', { contextId: 'c-1' })
  const failed = await send('fail')
  const refused = await send('refuse')
  const again = await agent.getTask({ id: stock.id, historyLength: undefined, tenant: '' })
  const gone = await factory.createFromAgentCard(cardAt('http://127.0.0.1:9/'))
  const unreachable = await gone
    .sendMessage({ message: message(USER, 'stock') })
    .catch((error) => `${error.name}: ${error.message}`)
  return {
    stock: [
      stock.status.state,
      stock.artifacts[0].parts[0].content.value,
      Object.keys(options.serviceParameters),
    ],
    events,
    first,
    hello: hello.parts[0].content.value,
    failed: failed.status.state,
    refused: refused.status.state,
    again: again.status.state,
    unreachable,
    seen,
    ids: typeof stock.id,
  }
}

async function main(modules) {
  let inTurn = (fn) => fn()
  if (process.env.TRACED) {
    const turnspan = await modules.turnspan()
    traced = {
      tool: (name, fn) => turnspan.withTool({ tool: name }, fn),
      model() {
        const span = turnspan.startSpan({ name: 'chat', spanType: 'CHAT_MODEL' })
        span.setTokenUsage({ inputTokens: 100, outputTokens: 7 })
        span.end()
      },
    }
    inTurn = (fn) =>
      turnspan.withAgent(
        { agent: 'desk', responseId: process.env.RESPONSE_ID, input: 'How much is there?' },
        fn,
      )
  }
  const [, , mode, port] = process.argv
  if (mode === 'serve') {
    const web = await serve(modules)
    console.log(web.address().port)
    process.once('SIGTERM', () => {
      web.close()
      web.closeAllConnections()
    })
    return
  }
  if (mode === 'ask') {
    const found = await inTurn(() => ask(modules, Number(port)))
    console.log(JSON.stringify(found))
    return
  }
  const web = await serve(modules)
  console.log(JSON.stringify(await inTurn(() => ask(modules, web.address().port))))
  web.close()
  web.closeAllConnections()
}

module.exports = { main }
