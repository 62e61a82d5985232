import { hostilePieces } from '../../support/probing/hostile.mjs'
import { openScene, type Scene, withoutTrace } from './scene.ts'
import type { Anything, Sdk } from './sdk.ts'

/** What became of a call: everything that a program can tell of it. */
export type Outcome = { readonly value: Anything } | { readonly error: Anything }

/** One public way to use a client or server. */
export type Call = (scene: Scene, sdk: Sdk) => Anything

const anything = (sdk: Sdk): Anything => sdk.z.any()

const echo = { name: 'echo', arguments: { text: 'hi' } }
/** Parameters that do something when they are read. */
const hostileParams: readonly (readonly [name: string, params: (pieces: Anything) => Anything])[] = [
  ['getters', ({ getter }) => getter({ name: 'echo' }, 'arguments', (n: number) => ({ text: `read ${n}` }))],
  ['getters below', ({ getter }) => ({ ...echo, arguments: getter({}, 'text', (n: number) => `read ${n}`) })],
  [
    'its own JSON',
    ({ attempt }) => ({ ...echo, arguments: attempt((n: number) => ({ text: `attempt ${n}` })) }),
  ],
  ['a proxy', ({ proxy }) => proxy({ ...echo, arguments: proxy({ text: 'hi' }) })],
  ['a proxy below', ({ proxy }) => ({ ...echo, arguments: proxy({ text: 'hi' }) })],
  ['metadata that is read', ({ getter }) => ({ ...echo, _meta: getter({}, 'mine', (n: number) => n) })],
  ['a list of its own', ({ list }) => ({ ...echo, arguments: { text: 'hi', more: list('a', 'b') } })],
  ['what throws', ({ throwing }) => ({ ...echo, arguments: throwing({}, 'text') })],
]

/** The public call forms. Each runs in a scene of its own. */
export const calls: Readonly<Record<string, Call>> = {
  'list tools': ({ client }) => client.listTools(),
  'list tools twice with a cursor': async ({ client }) => [
    await client.listTools(),
    await outcomeOf(() => client.listTools({ cursor: 'none' })),
  ],
  'call a tool': ({ client }) => client.callTool({ name: 'echo', arguments: { text: 'hi' } }),
  'call a tool with a result schema': ({ client }, sdk) =>
    client.request(
      { method: 'tools/call', params: { name: 'echo', arguments: { text: 'hi' } } },
      anything(sdk),
    ),
  'call a tool with a schema that the result does not have': ({ client }, sdk) =>
    client.request(
      { method: 'tools/call', params: { name: 'echo', arguments: { text: 'hi' } } },
      sdk.z.object({ absent: sdk.z.string() }),
    ),
  'call a tool that throws': ({ client }) =>
    client.callTool({ name: 'throws', arguments: { text: 'bread' } }),
  'call a tool that refuses': ({ client }) =>
    client.callTool({ name: 'refuses', arguments: { text: 'now' } }),
  'call an unknown tool': ({ client }) => client.callTool({ name: 'unknown', arguments: {} }),
  'call a tool with wrong arguments': ({ client }) =>
    client.callTool({ name: 'echo', arguments: { text: 1 } }),
  'call a tool without arguments': ({ client }) => client.callTool({ name: 'echo' }),
  'call nothing': ({ client }) => client.callTool(undefined),
  'run out of time': ({ client }, sdk) => callWith(client, sdk, 'waits', { timeout: 30 }),
  'abort during the call': async ({ client, rawWire }, sdk) => {
    const controller = new AbortController()
    const result = callWith(client, sdk, 'waits', { signal: controller.signal })
    while (!rawWire.some(({ method }) => method === 'tools/call')) await nextTurn()
    controller.abort('enough')
    return result
  },
  'abort before the call': ({ client }, sdk) =>
    callWith(client, sdk, 'waits', { signal: AbortSignal.abort(new Error('never mind')) }),
  'hear of progress': async ({ client, heard }, sdk) => {
    const steps: Anything[] = []
    const params = { name: 'steps', arguments: { count: 3 } }
    const options = { onprogress: (progress: Anything) => steps.push(progress) }
    const result = await callTool(client, sdk, params, options)
    await nextTurn()
    return { result, steps, heard }
  },
  'call at the same time': ({ client }) =>
    Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((text) =>
        outcomeOf(() => client.callTool({ name: text === 'c' ? 'throws' : 'echo', arguments: { text } })),
      ),
    ),
  'let the server ask back': async ({ client, heard }) => [
    await client.callTool({ name: 'asks', arguments: { text: 'you' } }),
    heard,
  ],
  'list and read resources': async ({ client }) => [
    await client.listResources(),
    await client.listResourceTemplates(),
    await client.readResource({ uri: 'memo://1' }),
    await outcomeOf(() => client.readResource({ uri: 'memo://2' })),
  ],
  'list and get prompts': async ({ client }) => [
    await client.listPrompts(),
    await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } }),
    await outcomeOf(() => client.getPrompt({ name: 'greet' })),
    await outcomeOf(() => client.getPrompt({ name: 'unknown' })),
  ],
  ping: async ({ client, server }) => [await client.ping(), await server.server.ping()],
  complete: ({ client }) =>
    client.complete({ ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'name', value: 'r' } }),
  'set the level of the log': ({ client }) => client.setLoggingLevel('warning'),
  'ask for an unknown method': ({ client }, sdk) =>
    client.request({ method: 'scene/unknown' }, anything(sdk)),
  'get an error of the protocol': ({ client }, sdk) =>
    client.request({ method: 'scene/broken', params: { deep: { er: true } } }, anything(sdk)),
  'send a method that the SDK does not know': ({ client }) => client.request({ method: 'scene/broken' }),
  'notify without parameters': async ({ client, server }) => {
    await client.sendRootsListChanged()
    await server.server.sendToolListChanged()
    await server.server.sendResourceUpdated({ uri: 'memo://1' })
    await server.server.sendLoggingMessage({ level: 'error', data: { said: 'so' } })
    await nextTurn()
  },
  'keep what the program gave': async ({ client }, sdk) => {
    const params = frozen({ name: 'echo', arguments: { text: 'hi' }, _meta: { mine: { own: 1 } } })
    const options = Object.freeze({ timeout: 5000, onprogress: () => undefined })
    const before = JSON.stringify(params)
    const result = await callTool(client, sdk, params, options)
    return { result, same: JSON.stringify(params) === before }
  },
  ...Object.fromEntries(
    hostileParams.map(([name, params]) => [
      `call with ${name}`,
      async (scene: Scene, sdk: Sdk) => {
        const pieces = hostilePieces()
        const result = await outcomeOf(() => scene.client.callTool(params(pieces)))
        const again = await outcomeOf(() =>
          scene.client.request({ method: 'tools/call', params: params(pieces) }, anything(sdk)),
        )
        return { result, again, counts: pieces.counts }
      },
    ]),
  ),
  'send what JSON has no words for': ({ client }) =>
    outcomeOf(() =>
      client.callTool({ name: 'echo', arguments: { text: 'hi', at: new Date(0), no: undefined } }),
    ),
  'close during the call': async ({ client, rawWire }) => {
    const result = outcomeOf(() => client.callTool({ name: 'waits', arguments: { text: '' } }))
    while (!rawWire.some(({ method }) => method === 'tools/call')) await nextTurn()
    await client.close()
    return [await result, await outcomeOf(() => client.callTool({ name: 'echo', arguments: { text: 'hi' } }))]
  },
  'close the server during the call': async ({ client, server, rawWire }) => {
    const result = outcomeOf(() => client.callTool({ name: 'waits', arguments: { text: '' } }))
    while (!rawWire.some(({ method }) => method === 'tools/call')) await nextTurn()
    await server.close()
    return result
  },
  'look at the classes': ({ client, server }, sdk) => {
    const { Client, Server, McpServer } = sdk.all
    return [
      client instanceof Client,
      server instanceof McpServer,
      server.server instanceof Server,
      ...['request', 'callTool', 'notification', 'ping'].map((key) => [
        client[key].name,
        client[key].length,
        Object.keys(client).includes(key),
      ]),
      Object.keys(client.transport).sort(),
      Object.keys(server.server.transport).sort(),
    ]
  },
  'override a method': async (_, sdk) => {
    class Loud extends sdk.all.Client {
      async callTool(params: Anything, ...rest: Anything[]): Promise<Anything> {
        return { loud: await super.callTool(params, ...rest) }
      }
    }
    const scene = await openScene({ ...sdk, all: { ...sdk.all, Client: Loud } })
    const result = await scene.client.callTool({ name: 'echo', arguments: { text: 'hi' } })
    await scene.close()
    return result
  },
}

/** `callTool` with request options, which stand elsewhere in each version. */
export function callTool(client: Anything, sdk: Sdk, params: Anything, options: Anything): Promise<Anything> {
  return sdk.major === 1 ? client.callTool(params, undefined, options) : client.callTool(params, options)
}

const callWith = (client: Anything, sdk: Sdk, name: string, options: Anything): Promise<Anything> =>
  callTool(client, sdk, { name, arguments: { text: '' } }, options)

/** Runs one call in a scene of its own; everything that can be seen of it. */
export async function observe(name: string, sdk: Sdk): Promise<Anything> {
  const scene = await openScene(sdk)
  const outcome = await outcomeOf(() => calls[name]?.(scene, sdk))
  await scene.close()
  return plain({ outcome, wire: scene.rawWire.map(withoutTrace), heard: scene.heard })
}

async function outcomeOf(fn: () => Anything): Promise<Outcome> {
  try {
    return { value: await fn() }
  } catch (error) {
    return { error: described(error) }
  }
}

function described(error: Anything): Anything {
  if (!(error instanceof Error)) return { thrown: error }
  const { name, message, code, data } = error as Anything
  return { class: error.constructor.name, name, message, code, data, keys: Object.keys(error).sort() }
}

const frozen = (value: Anything): Anything => {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

export const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

const plain = (value: Anything): Anything => JSON.parse(JSON.stringify(value))
