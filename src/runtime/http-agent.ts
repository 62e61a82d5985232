import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type { ProxyServer } from './proxy.ts'
import type { TlsMaterial } from './tls-files.ts'

// Below the 5 seconds after which uvicorn closes idle connections silently: a longer wait would make
// requests run into a connection that is just going away.
const IDLE_MS = 4000
const MAX_IDLE = 8

let plain: Promise<HttpAgent> | undefined
let trusted: Promise<HttpsAgent> | undefined
let byMaterial: WeakMap<TlsMaterial, Promise<HttpsAgent>> | undefined
let byProxy: WeakMap<ProxyServer, Map<TlsMaterial | undefined, Promise<HttpsAgent>>[]> | undefined

/**
 * The agent that keeps connections for `protocol` and `tls`. Its idle sockets do not keep the process alive (Node
 * unrefs them) and close after 4 seconds; new TLS material gets new connections.
 */
export function agentFor(protocol: string, tls?: TlsMaterial): Promise<HttpAgent | HttpsAgent> {
  if (protocol === 'http:') {
    plain ??= makePlain()
    return plain
  }
  if (!tls) {
    trusted ??= makeTls()
    return trusted
  }
  byMaterial ??= new WeakMap()
  let agent = byMaterial.get(tls)
  if (!agent) {
    agent = makeTls(tls)
    byMaterial.set(tls, agent)
  }
  return agent
}

/** The agent that keeps connections to servers behind `proxy`, those that keep the process alive apart from the others. */
export function tunnelAgentFor(
  proxy: ProxyServer,
  tls: TlsMaterial | undefined,
  background: boolean,
): Promise<HttpsAgent> {
  byProxy ??= new WeakMap()
  const both = byProxy.get(proxy) ?? [new Map(), new Map()]
  byProxy.set(proxy, both)
  const agents = both[background ? 1 : 0] ?? new Map<TlsMaterial | undefined, Promise<HttpsAgent>>()
  let agent = agents.get(tls)
  if (!agent) {
    agent = makeTunnel(proxy, tls, background)
    // Material that was rotated away is not asked for again.
    if (agents.size >= MAX_MATERIAL) agents.clear()
    agents.set(tls, agent)
  }
  return agent
}

async function makeTunnel(
  proxy: ProxyServer,
  tls: TlsMaterial | undefined,
  background: boolean,
): Promise<HttpsAgent> {
  const { throughTunnel } = await import('./tunnel.ts')
  return throughTunnel(await makeTls(tls), proxy, background)
}

const MAX_MATERIAL = 8
const KEEP = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: MAX_IDLE, scheduling: 'lifo' } as const

async function makePlain(): Promise<HttpAgent> {
  const { Agent } = await import('node:http')
  return new Agent(KEEP)
}

async function makeTls(tls: Partial<TlsMaterial> = {}): Promise<HttpsAgent> {
  const { Agent } = await import('node:https')
  const { ca, cert, key, rejectUnauthorized = true } = tls
  return new Agent({
    ...KEEP,
    rejectUnauthorized,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  })
}
