import { dataAt, dataFields, dataOf, follow, isObject, read, text } from '../base/index.ts'
import { type Outgoing, type Protocol, textAt } from './protocol.ts'

// Keys of the OpenTelemetry conventions for MCP (semantic-conventions-genai, docs/gen-ai/mcp.md).
export const METHOD_NAME = 'mcp.method.name'
export const PROTOCOL_VERSION = 'mcp.protocol.version'
export const SESSION = 'mcp.session.id'
export const RESOURCE_URI = 'mcp.resource.uri'
export const REQUEST_ID = 'jsonrpc.request.id'
export const STATUS_CODE = 'rpc.response.status_code'
export const PROMPT_NAME = 'gen_ai.prompt.name'
export const TOOL_NAME = 'gen_ai.tool.name'
export const OPERATION = 'gen_ai.operation.name'
export const ERROR_TYPE = 'error.type'
/** Not of the conventions: which server it was, as it calls itself; a server on stdio has no address. */
export const SERVER_NAME = 'mcp.server.name'
/** Not of the conventions: which program asked, as it calls itself. */
export const CLIENT_NAME = 'mcp.client.name'

const NETWORK_TRANSPORT = 'network.transport'
const NETWORK_PROTOCOL = 'network.protocol.name'
const SERVER_ADDRESS = 'server.address'
const SERVER_PORT = 'server.port'

/** Span kinds of OpenTelemetry: who asks, and who answers. */
export const SERVER = 1
export const CLIENT = 2

export type Attributes = Record<string, unknown>

/** The tool that a request calls; `undefined` for other requests. */
export function toolOf({ method, params }: Outgoing): string | undefined {
  return method === 'tools/call' ? text(dataAt(params, 'name')) : undefined
}

/** The name that the conventions give a request: method and what it is about. */
export function conventionalName(request: Outgoing): string {
  const target = toolOf(request) ?? promptOf(request)
  return target === undefined ? request.method : `${request.method} ${target}`
}

/** What a request says of itself. */
export function requestAttributes(request: Outgoing): Attributes {
  const tool = toolOf(request)
  return {
    [METHOD_NAME]: request.method,
    [TOOL_NAME]: tool,
    [OPERATION]: tool === undefined ? undefined : 'execute_tool',
    [PROMPT_NAME]: promptOf(request),
    [RESOURCE_URI]: request.method.startsWith('resources/') ? text(dataAt(request.params, 'uri')) : undefined,
  }
}

/** What a request is given: a tool its arguments, as everywhere else; the rest their parameters. */
export function inputsOf({ method, params }: Outgoing): unknown {
  if (method === 'tools/call') return dataOf(dataAt(params, 'arguments') ?? {})
  const { _meta, ...kept } = dataFields(params)
  return Object.keys(kept).length === 0 ? undefined : dataOf(kept)
}

const promptOf = ({ method, params }: Outgoing): string | undefined =>
  method === 'prompts/get' ? text(dataAt(params, 'name')) : undefined

/** What is known of the connection. `extra` is what the transport said of an incoming message. */
export function connectionAttributes(protocol: Protocol, extra?: unknown): Attributes {
  try {
    const transport = protocol._transport
    return {
      [SESSION]: textAt(transport, 'sessionId'),
      [PROTOCOL_VERSION]: versionOf(protocol, transport),
      [SERVER_NAME]: textAt(protocol._serverVersion, 'name'),
      [CLIENT_NAME]: textAt(protocol._clientVersion, 'name'),
      ...networkOf(transport, extra),
    }
  } catch {
    return {}
  }
}

const versions: WeakMap<Protocol, string> = new WeakMap()

/** Remembers what a handshake agreed on: version 1 of the SDK keeps it nowhere. */
export function rememberVersion(protocol: Protocol, result: unknown): void {
  const version = textAt(result, 'protocolVersion')
  if (version !== undefined) versions.set(protocol, version)
}

/** {@link rememberVersion} for a handshake under way. @returns the promise to hand on in its place */
export function rememberAgreed<T>(protocol: Protocol, handshake: T): T {
  const ignore = (): void => undefined
  const done = (result: unknown): void => rememberVersion(protocol, result)
  return follow(handshake, { item: ignore, done, failed: ignore, stopped: ignore, run: (fn) => fn() }) as T
}

function versionOf(protocol: Protocol, transport: unknown): string | undefined {
  return (
    textAt(protocol, '_negotiatedProtocolVersion') ??
    versions.get(protocol) ??
    textAt(transport, '_protocolVersion')
  )
}

/** By what a transport has, for bundlers change the names of classes. */
function networkOf(transport: unknown, extra: unknown): Attributes {
  if (!isObject(transport)) return {}
  const has = (key: string): boolean => key in transport
  if (has('_serverParams') || (has('_stdin') && has('_stdout'))) return { [NETWORK_TRANSPORT]: 'pipe' }
  if (has('_socket')) return { [NETWORK_TRANSPORT]: 'tcp', [NETWORK_PROTOCOL]: 'websocket' }
  const url = [read(transport, '_url'), read(transport, '_endpoint')].find((value) => value instanceof URL)
  if (url instanceof URL) return { ...HTTP, ...addressOf(url) }
  return HTTP_SERVER.some(has) || read(extra, 'requestInfo') || read(extra, 'request') ? HTTP : {}
}

/** Whether anybody on a network may have sent what comes from there. */
export function isNetwork(protocol: Protocol, extra?: unknown): boolean {
  return networkOf(protocol._transport, extra)[NETWORK_TRANSPORT] === 'tcp'
}

const HTTP: Readonly<Attributes> = { [NETWORK_TRANSPORT]: 'tcp', [NETWORK_PROTOCOL]: 'http' }
/** Members of the SDK's HTTP and SSE server transports. */
const HTTP_SERVER = ['sessionIdGenerator', '_webStandardTransport', '_sseResponse', '_responseMode']

function addressOf(url: URL): Attributes {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  return { [SERVER_ADDRESS]: url.hostname.replace(/^\[|\]$/g, ''), [SERVER_PORT]: port }
}
