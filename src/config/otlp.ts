import type { Protocol, TargetConfig } from './config.ts'
import { type Endpoint, namesTraces, parseEndpoint, plainUrl, secured, tracesUrl } from './endpoint.ts'
import type { Reader, SourceName } from './reader.ts'
import * as rules from './rules.ts'

/** An OTLP endpoint that somebody configured. */
export interface OtlpEndpoint {
  readonly name: SourceName
  readonly endpoint: Endpoint
}

/** How and where an OTLP endpoint is spoken to. */
export type OtlpAddress = Pick<TargetConfig, 'endpoint' | 'protocol' | 'protocolIsGuess' | 'httpEndpoint'>

const TRACES_ENDPOINT = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
const url: rules.Rule<Endpoint> = rules.parsed(parseEndpoint)
const protocol: rules.Rule<Protocol | 'http/json'> = rules.oneOf('grpc', 'http/protobuf', 'http/json')

/** The OTLP endpoint: the option, and where `environment` says so the variables. */
export function findEndpoint(reader: Reader, environment: boolean): OtlpEndpoint | undefined {
  const variables = [TRACES_ENDPOINT, 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const
  const found = reader.find(url, environment ? ['endpoint', ...variables] : ['endpoint'])
  if (!found) return undefined
  const { name, value } = found
  if (name === 'OTEL_EXPORTER_OTLP_ENDPOINT' && namesTraces(value)) {
    reader.problem(
      name,
      `Environment variable ${name} accepts a base URL, but already ends with /v1/traces; the path is not appended a second time. Remove it from the URL, or use ${TRACES_ENDPOINT}.`,
    )
  }
  return { name, endpoint: value.bare ? withTls(reader, value) : value }
}

/**
 * Protocol and URLs of an endpoint.
 *
 * @param speaksHttp - the endpoint is known to be a tracking server, which has no gRPC
 */
export function resolveAddress(
  reader: Reader,
  { name, endpoint }: OtlpEndpoint,
  speaksHttp: boolean,
): OtlpAddress {
  const chosen = chosenProtocol(reader)
  const guess = speaksHttp || endpoint.port === '4318' || endpoint.path !== '/' ? 'http/protobuf' : 'grpc'
  const used = chosen ?? (endpoint.saysGrpc ? 'grpc' : guess)
  const asIs = name === TRACES_ENDPOINT
  // A traces URL is used as it is where HTTP was chosen; a bare host is more likely meant as a base.
  const httpEndpoint =
    asIs && (chosen === 'http/protobuf' || endpoint.path !== '/') ? plainUrl(endpoint) : tracesUrl(endpoint)
  return {
    endpoint: used === 'grpc' ? endpoint.origin : httpEndpoint,
    protocol: used,
    protocolIsGuess: used === 'grpc' && chosen === undefined && !endpoint.saysGrpc,
    httpEndpoint,
  }
}

function chosenProtocol(reader: Reader): Protocol | undefined {
  const names = ['protocol', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const
  const found = reader.find(protocol, names, 'the protocol is inferred from the URL')
  if (found?.value !== 'http/json') return found?.value
  reader.problem(
    found.name,
    `${found.name} is "http/json", which turnspan does not support; http/protobuf is used instead, with the same URL. The accepted values are grpc and http/protobuf.`,
  )
  return 'http/protobuf'
}

/** `host:port` without a scheme: plain HTTP, but for port 443 and where the variable asks for TLS. */
function withTls(reader: Reader, endpoint: Endpoint): Endpoint {
  const names = ['OTEL_EXPORTER_OTLP_TRACES_INSECURE', 'OTEL_EXPORTER_OTLP_INSECURE'] as const
  const insecure = reader.find(rules.flag, names)?.value ?? endpoint.port !== '443'
  return insecure ? endpoint : secured(endpoint)
}
