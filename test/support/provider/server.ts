import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { anthropic } from './anthropic.ts'
import { bedrock } from './bedrock.ts'
import { cohere } from './cohere.ts'
import { gemini } from './gemini.ts'
import { groq } from './groq.ts'
import { mistral } from './mistral.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import type { Event, ProviderRequest, Reply, Wire } from './reply.ts'
import { type Fault, type Script, type ScriptedAnswer, type ScriptName, scripts } from './script.ts'
import { together } from './together.ts'

/** A server on loopback that speaks the protocols of the model providers, and answers as a script says. */
export interface Provider {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /**
   * The address for one run of a script: it answers from the first line on, whatever other runs are doing.
   * OpenAI's client wants `/v1` behind it, the others nothing.
   */
  address(script: ScriptName | (string & {}), run: string): string
  /** Adds a script for this server. */
  add(name: string, script: Script): void
  /** All requests of a run in the order of their arrival. */
  requests(run: string): readonly ProviderRequest[]
  /** Resolves once that many requests of the run came in. */
  waitForRequests(run: string, count: number, timeoutMs?: number): Promise<readonly ProviderRequest[]>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts one. */
export async function startProvider(own: Readonly<Record<string, Script>> = {}): Promise<Provider> {
  const known = new Map<string, Script>(Object.entries({ ...scripts, ...own }))
  const runs = new Map<string, ProviderRequest[]>()
  const arrivals = new EventEmitter().setMaxListeners(0)
  const stopped = new AbortController()
  const ofRun = (run: string): ProviderRequest[] => {
    const found = runs.get(run) ?? []
    runs.set(run, found)
    return found
  }

  /** Answers once a request of that run came in: a program under test waits for its own. */
  const tellArrival = async (run: string, response: ServerResponse): Promise<void> => {
    while (ofRun(run).length === 0) await once(arrivals, 'arrival', { signal: stopped.signal })
    response.writeHead(204).end()
  }

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, awaited] = /^\/arrived\/([^/]+)$/.exec(incoming.url ?? '') ?? []
    if (awaited !== undefined) return tellArrival(awaited, response)
    const [, script = '', run = '', rest = '/'] = /^\/([^/]+)\/([^/]+)(\/.*)$/.exec(incoming.url ?? '') ?? []
    const before = ofRun(run)
    const index = before.length
    const request = requestOf(incoming, response, { script, run, index, path: rest })
    before.push(request)
    request.body = bodyOf(await readAll(incoming), incoming.headers['content-type'])
    arrivals.emit('arrival')
    const lines = known.get(script)
    const answer = lines?.[Math.min(index, lines.length - 1)]
    if (answer === undefined) {
      sendJson(response, 404, {
        error: { message: `no script is named "${script}"`, type: 'script', code: null },
      })
      return
    }
    await reply(request, response, answer, stopped.signal)
  }

  const server = createServer((incoming, response) => {
    // A client that went away, or a server that was stopped, in the middle of an answer.
    handle(incoming, response).catch(() => response.destroy())
  })
  // As OpenAI does where it has no WebSocket; clients then go on with plain requests.
  server.on('upgrade', (_incoming, socket) => {
    socket.end('HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  // Programs under test end when they like; a connection that is kept must not outlive the server.
  server.keepAliveTimeout = 2000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async (): Promise<void> => {
    stopped.abort()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    url,
    address: (script, run) => `${url}/${script}/${run}`,
    add: (name, script) => void known.set(name, script),
    requests: ofRun,
    async waitForRequests(run, count, timeoutMs = 10_000) {
      const signal = AbortSignal.timeout(timeoutMs)
      while (ofRun(run).length < count) await once(arrivals, 'arrival', { signal })
      return ofRun(run)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function requestOf(
  incoming: IncomingMessage,
  response: ServerResponse,
  place: Pick<ProviderRequest, 'script' | 'run' | 'index' | 'path'>,
): ProviderRequest & { body: unknown } {
  const request = {
    ...place,
    method: incoming.method ?? '',
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([key, value]) => [key, String(value)])),
    body: undefined as unknown,
    aborted: false,
    closed: new Promise<void>((resolve) => {
      response.once('close', () => {
        request.aborted = !response.writableFinished
        resolve()
      })
    }),
  }
  return request
}

async function reply(
  request: ProviderRequest,
  response: ServerResponse,
  answer: ScriptedAnswer,
  signal: AbortSignal,
): Promise<void> {
  const wire = wireOf(request)
  const { fault, body } = answer
  if (answer.delayMs !== undefined) await sleep(answer.delayMs, undefined, { signal, ref: false })
  if (fault === 'hang') return
  if (fault === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  response.setHeader('x-request-id', `req_${request.script}_${request.index}`)
  response.setHeader('request-id', `req_${request.script}_${request.index}`)
  response.setHeader('x-amzn-requestid', `req_${request.script}_${request.index}`)
  if (body !== undefined) {
    response.writeHead(body.status ?? 200, { 'content-type': body.type }).end(body.text)
    return
  }
  if (typeof fault === 'object') {
    const wait = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }
    sendJson(response, fault.status, wire.error(fault.status), { ...wait, ...fault.headers })
    return
  }
  const made = wire.reply(request, answer)
  if (made === undefined) sendJson(response, 404, wire.error(404))
  else await send(response, made, answer, wire, signal)
}

async function send(
  response: ServerResponse,
  made: Reply,
  answer: ScriptedAnswer,
  wire: Wire,
  signal: AbortSignal,
): Promise<void> {
  if ('json' in made) return sendJson(response, made.status ?? 200, made.json, made.headers)
  if ('bytes' in made) {
    response
      .writeHead(200, { 'content-type': made.type, 'content-length': made.bytes.length })
      .end(made.bytes)
    return
  }
  const stream = streamOf(made, wire)
  response.writeHead(200, stream.headers)
  const middle = Math.ceil(stream.parts.length / 2)
  for (const [index, part] of stream.parts.entries()) {
    if (index === middle && fails(response, answer.fault, stream)) return
    if (index > 0 && answer.pieceDelayMs !== undefined) {
      await sleep(answer.pieceDelayMs, undefined, { signal, ref: false })
    }
    if (response.destroyed) return
    if (!response.write(part)) await drained(response, signal)
    // Its own packet for each, as from a model: a client must not get all of them in one read.
    await new Promise((resolve) => setImmediate(resolve))
  }
  response.end(stream.closing)
}

/** A stream as it goes over the wire. */
interface Streamed {
  readonly headers: Readonly<Record<string, string>>
  readonly parts: readonly (string | Uint8Array)[]
  /** What says in its middle that it failed, and what nobody can read. */
  readonly failure: string | Uint8Array
  readonly malformed: string | Uint8Array
  readonly closing: string | undefined
}

function streamOf(made: Exclude<Reply, { json: unknown } | { bytes: unknown }>, wire: Wire): Streamed {
  if ('frames' in made) return framedStream(made)
  return 'lines' in made ? lineStream(made, wire) : textStream(made, wire)
}

const lineStream = ({ lines }: Extract<Reply, { lines: unknown }>, wire: Wire): Streamed => ({
  headers: { 'content-type': 'application/x-ndjson' },
  parts: lines.map((line) => `${JSON.stringify(line)}\n`),
  failure: `${JSON.stringify(wire.streamError.data)}\n`,
  malformed: '{"model":"llama3.2","mess\n',
  closing: undefined,
})

const textStream = ({ events, closing }: Extract<Reply, { events: unknown }>, wire: Wire): Streamed => ({
  headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
  parts: events.map(eventText),
  failure: eventText(wire.streamError),
  malformed: 'data: {"choices":[{"delta"\n\n',
  closing: closing === undefined ? undefined : `data: ${closing}\n\n`,
})

const framedStream = ({ frames, failure, headers }: Extract<Reply, { frames: unknown }>): Streamed => ({
  headers: { 'content-type': 'application/vnd.amazon.eventstream', ...headers },
  parts: frames,
  failure,
  // A frame whose checksum is that of another.
  malformed: Buffer.concat([failure.subarray(0, 20), Buffer.alloc(failure.length - 20)]),
  closing: undefined,
})

/** There is room for more, or nobody there to read it. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })])
}

/** Whether the stream ends here. */
function fails(response: ServerResponse, fault: Fault | undefined, stream: Streamed): boolean {
  switch (fault) {
    case 'stall':
      return true
    case 'cut':
      response.socket?.destroy()
      return true
    case 'malformed':
      response.end(stream.malformed)
      return true
    case 'error':
      response.end(stream.failure)
      return true
    default:
      return false
  }
}

const eventText = ({ event, data }: Event): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`

/** Services whose paths are those of OpenAI, by what their clients call themselves. */
const BY_CLIENT: readonly (readonly [name: RegExp, wire: Wire])[] = [
  [/^Groq\//, groq],
  [/^Together\//, together],
  [/mistral/, mistral],
]

function wireOf({ path, headers }: ProviderRequest): Wire {
  const named = BY_CLIENT.find(([name]) => name.test(headers['user-agent'] ?? ''))
  if (named !== undefined) return named[1]
  if (headers['x-fern-sdk-name'] === 'cohere-ai') return cohere
  if ('amz-sdk-invocation-id' in headers) return bedrock
  if (
    'anthropic-version' in headers ||
    /\/messages(\/count_tokens)?(\?|$)|[rR]awPredict$|\/model\/[^/]+\/invoke/.test(path)
  )
    return anthropic
  if (/\/api\/(?:chat|generate|embed|embeddings|tags)$/.test(path)) return ollama
  return /\/models\/[^/:]+:\w+/.test(path) ? gemini : openai
}

function sendJson(
  response: ServerResponse,
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json))
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** JSON as it is; of forms with files the boundary differs each time, so only their type counts. */
function bodyOf(bytes: Buffer, type = ''): unknown {
  if (bytes.length === 0) return undefined
  return type.includes('json') ? (JSON.parse(bytes.toString('utf8')) as unknown) : type.replace(/;.*$/, '')
}
