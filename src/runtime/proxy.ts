/** Proxies of outgoing requests, by the scheme of what is asked for. The URLs may hold credentials. */
export interface ProxySettings {
  readonly http?: string
  readonly https?: string
  /** What is asked for without a proxy, as `NO_PROXY` lists it. */
  readonly noProxy?: string
  /** They are set, and nobody asked for them to be used. */
  readonly unused?: true
}

/** A proxy, taken apart. */
export interface ProxyServer {
  readonly protocol: 'http:' | 'https:'
  /** For connecting: no brackets around an IPv6 address. */
  readonly host: string
  readonly port: number
  /** For messages: scheme, host and port. */
  readonly origin: string
  /** Value of the header `proxy-authorization`. */
  readonly authorization?: string
}

/** Takes the URL of a proxy apart; `undefined` when it is neither `http://` nor `https://`. */
export function parseProxy(text: string): ProxyServer | undefined {
  try {
    const { protocol, hostname, port, origin, username, password } = new URL(text.trim())
    if (protocol !== 'http:' && protocol !== 'https:') return undefined
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return {
      protocol,
      host: withoutBrackets(hostname),
      port: port === '' ? defaultPort(protocol) : Number(port),
      origin,
      ...(credentials !== ':' && {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      }),
    }
  } catch {
    return undefined
  }
}

// The same object for the same text: connections are kept for it.
let known: Map<string, ProxyServer | undefined> | undefined

/** The proxy through which `target` is asked for; `undefined` for none. */
export function proxyFor(target: URL, settings: ProxySettings | undefined): ProxyServer | undefined {
  return settings?.unused ? undefined : namedFor(target, settings)
}

/** Name of the variable that names a proxy for `target` which is not used, for who wonders why nothing is reached. */
export function unusedProxy(target: URL, settings: ProxySettings | undefined): string | undefined {
  if (!settings?.unused || isLoopback(target.hostname) || !namedFor(target, settings)) return undefined
  return target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
}

function namedFor(target: URL, settings: ProxySettings | undefined): ProxyServer | undefined {
  const text = target.protocol === 'https:' ? settings?.https : settings?.http
  if (text === undefined || isExempt(target, settings?.noProxy)) return undefined
  known ??= new Map()
  if (!known.has(text)) known.set(text, parseProxy(text))
  return known.get(text)
}

/**
 * Whether `NO_PROXY` takes `target` out, as Node reads it: `*`, a host, `host:port`, `.domain` and `*.domain`, and a range of
 * IPv4 addresses `10.0.0.1-10.0.0.99`. Node knows no CIDR notation, and no name of this machine is exempt by itself.
 *
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function isExempt({ protocol, hostname, port }: URL, noProxy = ''): boolean {
  const host = withoutBrackets(hostname).toLowerCase()
  const withPort = `${host}:${port === '' ? defaultPort(protocol) : port}`
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => {
      if (entry === '') return false
      if (entry === '*' || entry === host || entry === withPort) return true
      if (entry.startsWith('*.')) return host.endsWith(entry.slice(1))
      if (entry.startsWith('.')) return host === entry.slice(1) || host.endsWith(entry)
      return isInRange(host, entry)
    })
}

function isInRange(host: string, entry: string): boolean {
  const [address, first, last] = [host, ...entry.split('-')].map(numberOfIPv4)
  if (address === undefined || first === undefined || last === undefined) return false
  return first <= address && address <= last
}

function numberOfIPv4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text.trim())?.slice(1).map(Number)
  return parts?.every((part) => part < 256) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined
}

const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

const defaultPort = (protocol: string): number => (protocol === 'https:' ? 443 : 80)

const isLoopback = (hostname: string): boolean => /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname)
