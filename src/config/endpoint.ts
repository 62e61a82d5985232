/** A URL that somebody configured, taken apart. */
export interface Endpoint {
  /** Scheme (`http:` or `https:`), host and port. */
  readonly origin: string
  /** Path, beginning with a slash; `/` when there is none. */
  readonly path: string
  /** Query with its question mark, or an empty text. */
  readonly query: string
  readonly port: string
  /** User name and password that stood in the URL. */
  readonly credentials?: Credentials
  /** The scheme was `grpc` or `grpcs`. */
  readonly saysGrpc: boolean
  /** It was `host:port`, without a scheme. */
  readonly bare: boolean
}

/** What Basic authentication needs. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

const TRACES = '/v1/traces'
const SCHEME = /^(https?|grpcs?):\/\//i
const BARE = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+):\d{1,5}(\/\S*)?$/i

/** Takes `value` apart; `undefined` when it is no URL of the schemes http, https, grpc, grpcs, and no `host:port`. */
export function parseEndpoint(value: unknown): Endpoint | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase()
  const bare = scheme === undefined
  if (bare && !BARE.test(text)) return undefined
  const url = parseUrl(bare ? `http://${text}` : text.replace(/^grpc/i, 'http'))
  if (!url) return undefined
  const credentials = credentialsOf(url)
  return {
    origin: url.origin,
    path: url.pathname,
    query: url.search,
    port: url.port,
    ...(credentials && { credentials }),
    saysGrpc: scheme === 'grpc' || scheme === 'grpcs',
    bare,
  }
}

/** The same endpoint with TLS, where a bare `host:port` was meant so. */
export function secured(endpoint: Endpoint): Endpoint {
  return { ...endpoint, origin: new URL(endpoint.origin.replace('http:', 'https:')).origin }
}

/** The URL that spans are posted to, by the rule for a base URL: `/v1/traces` comes after its path. */
export function tracesUrl(endpoint: Endpoint): string {
  const base = endpoint.path.replace(/\/+$/, '')
  return endpoint.origin + (base.endsWith(TRACES) ? base : base + TRACES) + endpoint.query
}

/** The URL as it is, without credentials. */
export function plainUrl(endpoint: Endpoint): string {
  return endpoint.origin + endpoint.path + endpoint.query
}

/** Whether the path is already that of traces. */
export function namesTraces(endpoint: Endpoint): boolean {
  return endpoint.path.replace(/\/+$/, '').endsWith(TRACES)
}

/** The base URL of the REST API beside this endpoint, without a trailing slash. */
export function baseUrl(endpoint: Endpoint): string {
  const path = endpoint.path.replace(/\/+$/, '')
  return endpoint.origin + (path.endsWith(TRACES) ? path.slice(0, -TRACES.length) : path).replace(/\/+$/, '')
}

/** The value of an `authorization` header for Basic authentication. */
export function basicHeader({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function credentialsOf(url: URL): Credentials | undefined {
  if (!url.username && !url.password) return undefined
  return { username: unescaped(url.username), password: unescaped(url.password) }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
