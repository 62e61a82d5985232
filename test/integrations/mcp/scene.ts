import type { Anything, Sdk } from './sdk.ts'

/** A client and a server that have something to say to each other. */
export interface Scene {
  readonly client: Anything
  readonly server: Anything
  /** Messages in the order in which they were sent, by either side, without what tracing puts into `_meta`. */
  readonly wire: Anything[]
  /** The same with it. */
  readonly rawWire: Anything[]
  /** What the client's handlers heard. */
  readonly heard: string[]
  close(): Promise<void>
}

/** What a tool of the scene can do, whatever the version of the SDK. */
export interface ToolContext {
  readonly signal: AbortSignal
  notify(notification: Anything): Promise<void>
  request(request: Anything): Promise<Anything>
}

/** Work that a test puts into the tool `work`. */
export interface SceneOptions {
  readonly work?: (input: Anything, context: ToolContext) => Anything
  /** Runs around the client's handler of `sampling/createMessage`. */
  readonly onSampling?: (request: Anything) => Anything
}

/** A client and a server over the in-memory transport. */
export async function openScene(sdk: Sdk, options: SceneOptions = {}): Promise<Scene> {
  const heard: string[] = []
  const rawWire: Anything[] = []
  const server = createServer(sdk, options)
  const client = createClient(sdk, options, heard)
  const [near, far] = sdk.all.InMemoryTransport.createLinkedPair()
  for (const transport of [near, far]) listenIn(transport, transport === near ? 'client' : 'server', rawWire)
  await Promise.all([server.connect(far), client.connect(near)])
  return {
    client,
    server,
    rawWire,
    heard,
    get wire() {
      return rawWire.map(withoutTrace)
    },
    async close() {
      await client.close()
      await server.close()
    },
  }
}

function listenIn(transport: Anything, side: string, wire: Anything[]): void {
  const send = transport.send.bind(transport)
  transport.send = (message: Anything, sendOptions: Anything) => {
    wire.push({ side, ...structuredClone(message) })
    return send(message, sendOptions)
  }
}

/** A message without what tracing adds to it. */
export function withoutTrace(message: Anything): Anything {
  const { _meta: meta, ...params } = message.params ?? {}
  const { traceparent: _t, tracestate: _s, baggage: _b, ...rest } = meta ?? {}
  const kept = Object.keys(rest).length > 0 ? { ...params, _meta: rest } : params
  const { params: _p, ...bare } = message
  return Object.keys(kept).length > 0 ? { ...bare, params: kept } : bare
}

/** The scene's server, not connected. */
export function createServer(sdk: Sdk, options: SceneOptions = {}): Anything {
  const { McpServer } = sdk.all
  const server = new McpServer(
    { name: 'scene', version: '1.0.0' },
    { capabilities: { logging: {}, completions: {}, resources: { subscribe: true } } },
  )
  addTools(sdk, server, options)
  addContent(sdk, server)
  onRequest(sdk, server.server, 'completion/complete', () => ({
    completion: { values: ['red', 'green'], total: 2, hasMore: false },
  }))
  onRequest(sdk, server.server, 'scene/broken', () => {
    throw Object.assign(new Error('it is broken'), { code: -32050, data: { part: 'gear' } })
  })
  return server
}

function addTools(sdk: Sdk, server: Anything, { work }: SceneOptions): void {
  const { z } = sdk
  const text = (value: unknown): Anything => ({ content: [{ type: 'text', text: String(value) }] })
  addTool(sdk, server, 'echo', { text: z.string() }, async ({ text: said }: Anything) => text(said))
  addTool(sdk, server, 'throws', { text: z.string() }, async ({ text: said }: Anything) => {
    throw new Error(`no ${said}`)
  })
  addTool(sdk, server, 'refuses', { text: z.string() }, async ({ text: said }: Anything) => ({
    content: [
      { type: 'text', text: `not ${said}` },
      { type: 'text', text: 'ask again' },
    ],
    isError: true,
  }))
  addTool(sdk, server, 'waits', { text: z.string() }, async (_: Anything, { signal }: ToolContext) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    return text('too late')
  })
  addTool(sdk, server, 'steps', { count: z.number() }, async ({ count }: Anything, context: ToolContext) => {
    await takeSteps(count, context)
    return text(`${count} steps`)
  })
  addTool(
    sdk,
    server,
    'asks',
    { text: z.string() },
    async ({ text: said }: Anything, context: ToolContext) => {
      const sampled = await context.request(samplingRequest(said))
      const roots = await context.request({ method: 'roots/list' })
      const elicited = await context.request(elicitationRequest())
      return text(JSON.stringify([sampled.content, roots.roots, elicited]))
    },
  )
  addTool(sdk, server, 'work', { text: z.string() }, async (input: Anything, context: ToolContext) =>
    text(await work?.(input, context)),
  )
}

async function takeSteps(count: number, context: ToolContext): Promise<void> {
  const progressToken = (context as Anything).meta?.progressToken
  for (let step = 1; step <= count && progressToken !== undefined; step++) {
    await context.notify({
      method: 'notifications/progress',
      params: { progressToken, progress: step, total: count },
    })
  }
  await context.notify({
    method: 'notifications/message',
    params: { level: 'info', logger: 'steps', data: 'done' },
  })
}

export const samplingRequest = (text: string): Anything => ({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens: 10 },
})

const elicitationRequest = (): Anything => ({
  method: 'elicitation/create',
  params: {
    message: 'Which one?',
    requestedSchema: { type: 'object', properties: { one: { type: 'string' } } },
  },
})

function addTool(
  sdk: Sdk,
  server: Anything,
  name: string,
  shape: Anything,
  run: (input: Anything, context: ToolContext) => Promise<Anything>,
): void {
  const handler = (input: Anything, extra: Anything): Anything => run(input, toolContext(sdk, server, extra))
  if (sdk.major === 1) server.tool(name, shape, handler)
  else server.registerTool(name, { inputSchema: sdk.z.object(shape) }, handler)
}

function toolContext(sdk: Sdk, server: Anything, extra: Anything): Anything {
  if (sdk.major === 2) {
    const { signal, _meta: meta, notify, send } = extra.mcpReq
    return { signal, meta, notify, request: (request: Anything) => send(request) }
  }
  const requests = (request: Anything): Anything =>
    extra.sendRequest === undefined
      ? server.server.request(request, sdk.z.any())
      : extra.sendRequest(request, sdk.z.any())
  // The oldest versions do not hand the metadata of a request to its handler.
  return { signal: extra.signal, meta: extra._meta, notify: extra.sendNotification, request: requests }
}

function addContent(sdk: Sdk, server: Anything): void {
  const read = async (uri: URL): Promise<Anything> => ({ contents: [{ uri: uri.href, text: 'remember' }] })
  const greet = ({ name }: Anything): Anything => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Hello ${name}` } }],
  })
  const shape = { name: sdk.z.string() }
  if (sdk.major === 1) {
    server.resource('memo', 'memo://1', read)
    server.prompt('greet', shape, greet)
  } else {
    server.registerResource('memo', 'memo://1', {}, read)
    server.registerPrompt('greet', { argsSchema: sdk.z.object(shape) }, greet)
  }
}

/** The scene's client, not connected. */
export function createClient(sdk: Sdk, { onSampling }: SceneOptions = {}, heard: string[] = []): Anything {
  const { Client } = sdk.all
  const capabilities = { sampling: {}, roots: { listChanged: true }, elicitation: {} }
  const client = new Client({ name: 'asker', version: '2.0.0' }, { capabilities })
  onRequest(sdk, client, 'sampling/createMessage', async (request: Anything) => {
    heard.push('sampling')
    await onSampling?.(request)
    return { model: 'm-1', role: 'assistant', content: { type: 'text', text: 'sampled' } }
  })
  onRequest(sdk, client, 'roots/list', () => ({ roots: [{ uri: 'file:///here', name: 'here' }] }))
  onRequest(sdk, client, 'elicitation/create', () => ({ action: 'accept', content: { one: 'this' } }))
  onNotification(sdk, client, 'notifications/message', (notification: Anything) => {
    heard.push(`log ${notification.params.data}`)
  })
  return client
}

/** Registers a handler as this version of the SDK wants it. */
export function onRequest(sdk: Sdk, protocol: Anything, method: string, handle: Anything): void {
  const { z } = sdk
  const isSpec = !method.startsWith('scene/')
  if (sdk.major === 1) {
    protocol.setRequestHandler(z.object({ method: z.literal(method), params: z.any().optional() }), handle)
  } else if (isSpec) {
    protocol.setRequestHandler(method, handle)
  } else {
    protocol.setRequestHandler(method, { params: z.any() }, handle)
  }
}

function onNotification(sdk: Sdk, protocol: Anything, method: string, handle: Anything): void {
  const { z } = sdk
  if (sdk.major === 1)
    protocol.setNotificationHandler(z.object({ method: z.literal(method), params: z.any() }), handle)
  else protocol.setNotificationHandler(method, handle)
}
