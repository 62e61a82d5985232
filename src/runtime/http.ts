import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { agentFor, tunnelAgentFor } from './http-agent.ts'
import { sendBody } from './http-body.ts'
import { explain, HttpError } from './http-error.ts'
import { type ProxySettings, proxyFor, unusedProxy } from './proxy.ts'
import { realTime, withoutHold } from './real-time.ts'
import { untraced } from './suppress.ts'
import type { TlsMaterial } from './tls-files.ts'
import { proxyHeaders, refusedByProxy } from './tunnel.ts'

/** One HTTP request. */
export interface HttpRequest {
  /** @defaultValue GET */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly tls?: TlsMaterial
  /** Time for all of it: connecting, sending, and the last byte of the answer. */
  readonly timeoutMs: number
  /**
   * Most bytes of the answer that are read; the rest is cut.
   * @defaultValue 8 MiB
   */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
  /** Nobody waits for the answer but us: the request does not keep the process alive. @defaultValue false */
  readonly background?: boolean
  /**
   * Asked while the body leaves: while it is not urgent, a large one leaves in pieces, for the event loop stands still while
   * the system takes one. @defaultValue it is
   */
  readonly isUrgent?: () => boolean
  /** @defaultValue none, whatever the environment says */
  readonly proxy?: ProxySettings
}

/** What a server answered, whatever its status. */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case; the values of a repeated header joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The answer was longer than `maxBytes`. */
  readonly truncated: boolean
  /** All of the request had left when the answer was complete. */
  readonly bodySent: boolean
}

const MAX_BYTES = 8 * 1024 * 1024

/**
 * Sends one request and reads the answer. Redirects are returned, never followed, so that credentials reach no
 * host but the named one. Other people's instrumentations do not see it.
 *
 * @throws {@link HttpError} when there is no answer
 */
export async function request(url: string | URL, options: HttpRequest): Promise<HttpAnswer> {
  const target = parse(url)
  const deadline = realTime.uptimeMs() + options.timeoutMs
  for (;;) {
    const attempt = await start(target, options, deadline)
    const outcome = await attempt.outcome
    if ('answer' in outcome) return outcome.answer
    // A kept connection that the server closed in the same moment: nothing was read, so ask on a new one.
    const stale = attempt.reused() && !outcome.answered && isClosed(outcome.error)
    if (!stale) throw outcome.error
  }
}

type Outcome = { readonly answer: HttpAnswer } | { readonly error: HttpError; readonly answered: boolean }

interface Attempt {
  readonly outcome: Promise<Outcome>
  readonly reused: () => boolean
}

const closedError = (): Error => Object.assign(new Error('closed'), { code: 'ECONNRESET' })

const isClosed = (error: HttpError): boolean => error.kind === 'reset'

// To import a module costs a request more than to write it, also where it is loaded already.
const http = /* @__PURE__ */ once(() => import('node:http'))
const https = /* @__PURE__ */ once(() => import('node:https'))

function once<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}

let lastParsed: { readonly url: string; readonly target: URL } | undefined

/** Nearly all requests of a process go to the same address. */
function parse(url: string | URL): URL {
  if (typeof url !== 'string') return parsed(url)
  if (lastParsed?.url !== url) lastParsed = { url, target: parsed(url) }
  return lastParsed.target
}

function parsed(url: string | URL): URL {
  let target: URL
  try {
    target = new URL(url)
  } catch {
    throw new HttpError('invalid-request', 'ERR_INVALID_URL', 'The address is not a URL.')
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new HttpError(
      'invalid-request',
      'ERR_INVALID_PROTOCOL',
      `${target.protocol}//${target.host}: only http and https are supported.`,
    )
  }
  target.username = ''
  target.password = ''
  return target
}

async function start(target: URL, options: HttpRequest, deadline: number): Promise<Attempt> {
  const route = await routeTo(target, options)
  const { request: open } = await (route.protocol === 'https:' ? https() : http())
  let made: ClientRequest | undefined
  const outcome = new Promise<Outcome>((resolve) => {
    let answered = false
    const fail = (thrown: unknown) =>
      resolve({ error: withHint(explain(thrown, route.where), target, options), answered })
    try {
      const sending = untraced(() => open(route.to(requestOptions(options))))
      made = sending
      // Said before the socket is destroyed: what Node reports after that is only "aborted".
      limit(sending, options, deadline, (kind) => {
        fail(givenUp(kind, target.origin, options.timeoutMs))
        sending.destroy()
      })
      if (options.background) sending.once('socket', (socket) => socket.unref())
      sending.on('error', fail)
      // Node closes silently where a server changes to a protocol that nobody asked for.
      sending.on('close', () => {
        if (!answered) fail(closedError())
      })
      sending.on('response', (answer) => {
        answered = true
        if (answer.statusCode === 407 && route.isForward) {
          fail(refusedByProxy(407, route.where))
          sending.destroy()
          return
        }
        collect(answer, options.maxBytes ?? MAX_BYTES).then(
          (read) => resolve({ answer: { ...read, bodySent: sending.writableFinished } }),
          fail,
        )
      })
      // Who looks at requests does so when they are made, or when their headers are written.
      untraced(() => sendBody(sending, options.body, options.isUrgent))
    } catch (thrown) {
      made?.destroy()
      fail(thrown)
    }
  })
  return { outcome, reused: () => made?.reusedSocket === true }
}

/** How a request gets to its server. */
interface Route {
  /** Of the first connection. */
  readonly protocol: string
  /** Who is connected to, for messages. */
  readonly where: string
  /** A proxy sends the request on, and may answer it. */
  readonly isForward: boolean
  readonly to: (options: RequestOptions) => RequestOptions
}

async function routeTo(
  target: URL,
  { proxy: settings, tls, background = false }: HttpRequest,
): Promise<Route> {
  const proxy = proxyFor(target, settings)
  const { protocol, origin: where } = target
  if (proxy === undefined || protocol === 'https:') {
    const agent = await (proxy ? tunnelAgentFor(proxy, tls, background) : agentFor(protocol, tls))
    const { hostname: host, port } = target
    const at = { protocol, host: host.replace(/^\[|\]$/g, ''), port: port || undefined }
    const path = `${target.pathname}${target.search}`
    return { protocol, where, isForward: false, to: (options) => ({ ...options, ...at, path, agent }) }
  }
  const agent = await agentFor(proxy.protocol)
  const headers = { host: target.host, ...proxyHeaders(proxy) }
  const at = { protocol: proxy.protocol, host: proxy.host, port: proxy.port }
  return {
    protocol: proxy.protocol,
    where: `${proxy.origin} (the proxy to ${where})`,
    isForward: true,
    to: (options) => ({
      ...options,
      ...at,
      headers: { ...headers, ...(options.headers as Record<string, string>) },
      path: `${where}${target.pathname}${target.search}`,
      agent,
    }),
  }
}

const UNREACHED: ReadonlySet<HttpError['kind']> = new Set(['refused', 'dns', 'timeout', 'network', 'reset'])

/** `error`, with a hint at a proxy that might be the only way out and is not used. */
function withHint(error: HttpError, target: URL, { proxy }: HttpRequest): HttpError {
  const variable = UNREACHED.has(error.kind) ? unusedProxy(target, proxy) : undefined
  if (variable === undefined) return error
  const hint = `${variable} is set but not used: set NODE_USE_ENV_PROXY=1, or the option proxy: true.`
  return new HttpError(error.kind, error.code, `${error.message} ${hint}`, { cause: error.cause })
}

function requestOptions({ method = 'GET', headers = {}, body }: HttpRequest): RequestOptions {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return { method, headers: { ...headers, ...length } }
}

// The deadline is absolute: a socket timeout alone would let a server that drips one byte a second hold us for ever.
function limit(
  sending: ClientRequest,
  options: HttpRequest,
  deadline: number,
  giveUp: (kind: 'timeout' | 'aborted') => void,
): void {
  const timer = withoutHold(
    realTime.start(() => giveUp('timeout'), Math.max(0, deadline - realTime.uptimeMs())),
  )
  const abort = () => giveUp('aborted')
  const { signal } = options
  signal?.addEventListener('abort', abort, { once: true })
  sending.once('close', () => {
    realTime.stop(timer)
    signal?.removeEventListener('abort', abort)
  })
  if (signal?.aborted) abort()
}

function givenUp(kind: 'timeout' | 'aborted', origin: string, timeoutMs: number): HttpError {
  return kind === 'timeout'
    ? new HttpError('timeout', 'ETIMEDOUT', `${origin}: no complete answer within ${timeoutMs} ms.`)
    : new HttpError('aborted', 'ABORT_ERR', `${origin}: the request was cancelled.`)
}

function collect(answer: IncomingMessage, maxBytes: number): Promise<Omit<HttpAnswer, 'bodySent'>> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const finish = (truncated: boolean) =>
      resolve({
        status: answer.statusCode ?? 0,
        headers: flat(answer.headers),
        body: Buffer.concat(chunks),
        truncated,
      })
    answer.on('data', (chunk: Buffer) => {
      const room = maxBytes - size
      size += chunk.length
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      if (size <= maxBytes) return
      finish(true)
      answer.destroy()
    })
    answer.on('end', () => finish(false))
    answer.on('error', reject)
    answer.on('close', () => reject(closedError()))
  })
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return result
}
