/**
 * Why there was no answer: the connection was refused, the name did not resolve, TLS failed, the deadline
 * passed, the connection broke, the peer does not speak HTTP/1.1, a proxy does not let it through, the caller gave up,
 * the request itself cannot be sent, or something else of the network.
 */
export type HttpErrorKind =
  | 'refused'
  | 'dns'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'not-http'
  | 'proxy'
  | 'aborted'
  | 'invalid-request'
  | 'network'

/** A request that got no answer. An answer with an error status is an answer. */
export class HttpError extends Error {
  readonly kind: HttpErrorKind
  /** Code of the cause, as Node or OpenSSL name it: `ECONNREFUSED`, `DEPTH_ZERO_SELF_SIGNED_CERT`, ... */
  readonly code: string

  constructor(kind: HttpErrorKind, code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HttpError'
    this.kind = kind
    this.code = code
  }
}

const TRUST =
  'Give the certificate authority that signed it as a PEM file: MLFLOW_TRACKING_SERVER_CERT_PATH for MLflow, ' +
  'OTEL_EXPORTER_OTLP_CERTIFICATE for another OTLP endpoint, or the option caFile'
const CLIENT_CERTIFICATE =
  'The server asks for a client certificate that it accepts: set MLFLOW_TRACKING_CLIENT_CERT_PATH, ' +
  'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, or the options clientCertFile and clientKeyFile'

type Explanation = readonly [kind: HttpErrorKind, what: string, advice?: string]

const NO_TLS: Explanation = ['tls', 'the server does not speak TLS on this port', 'Try http:// in the URL']

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: [
    'refused',
    'nothing accepts connections there',
    'Check host and port, and that the server runs',
  ],
  ENOTFOUND: ['dns', 'the host name is not known to DNS', 'Check the host name'],
  EAI_AGAIN: ['dns', 'DNS gave no answer', "Check this machine's DNS"],
  ETIMEDOUT: ['timeout', 'connecting took too long', 'Check firewalls and network policies'],
  EHOSTUNREACH: ['network', 'the host cannot be reached'],
  ENETUNREACH: ['network', 'the network cannot be reached'],
  ECONNRESET: ['reset', 'the connection was closed before the answer was complete'],
  EPIPE: ['reset', 'the connection was closed while the request was sent'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['tls', "the server's certificate is self-signed", TRUST],
  SELF_SIGNED_CERT_IN_CHAIN: ['tls', "the server's certificate comes from a private authority", TRUST],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'tls',
    "the issuer of the server's certificate is not trusted here",
    TRUST,
  ],
  UNABLE_TO_GET_ISSUER_CERT: ['tls', "the issuer of the server's certificate is not trusted here", TRUST],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['tls', "the server's certificate cannot be verified", TRUST],
  CERT_HAS_EXPIRED: ['tls', "the server's certificate has expired", 'Renew it on the server'],
  CERT_NOT_YET_VALID: ['tls', "the server's certificate is not valid yet", "Check this machine's clock"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'tls',
    "the server's certificate is for another host name",
    'Use a host name that the certificate holds',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ['tls', 'a client certificate is required', CLIENT_CERTIFICATE],
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: ['tls', 'the client certificate was refused', CLIENT_CERTIFICATE],
  ERR_SSL_SSL_ALERT_HANDSHAKE_FAILURE: ['tls', 'the TLS handshake failed', CLIENT_CERTIFICATE],
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: [
    'tls',
    'the client certificate is not trusted by the server',
    CLIENT_CERTIFICATE,
  ],
  HPE_HEADER_OVERFLOW: ['not-http', 'the headers of the answer are too large', 'Check the address'],
  ERR_INVALID_CHAR: ['invalid-request', 'a header holds a character that HTTP does not allow'],
  ERR_INVALID_HTTP_TOKEN: ['invalid-request', 'a header has a name that HTTP does not allow'],
}

/** The {@link HttpError} for what Node reported about a request to `origin` (scheme, host and port; no credentials). */
export function explain(thrown: unknown, origin: string): HttpError {
  if (thrown instanceof HttpError) return thrown
  const code = codeOf(thrown)
  const [kind, what, advice] = EXPLANATIONS[code] ?? guess(code, thrown)
  const message = `${origin}: ${what} (${code}).${advice ? ` ${advice}.` : ''}`
  return new HttpError(kind, code, message, { cause: thrown })
}

function guess(code: string, thrown: unknown): Explanation {
  if (code.startsWith('HPE_')) {
    return ['not-http', 'the server does not speak HTTP/1.1', 'Check the port: it may be gRPC or TLS']
  }
  if (/^(?:ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|ERR_OSSL_|EPROTO)/.test(code)) {
    const text = thrown instanceof Error ? thrown.message : code
    if (/wrong version number|packet length too long/.test(text)) return NO_TLS
    return ['tls', `TLS failed: ${/:SSL routines:[^:]*:([^:]+)/.exec(text)?.[1] ?? text}`]
  }
  if (code.startsWith('ERR_INVALID_')) return ['invalid-request', 'the request cannot be sent']
  return ['network', thrown instanceof Error && thrown.message ? thrown.message : 'the request failed']
}

// With several addresses for one name Node reports an AggregateError whose own message is empty.
function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return 'UNKNOWN'
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return codeOf(thrown.errors[0])
  return 'UNKNOWN'
}
