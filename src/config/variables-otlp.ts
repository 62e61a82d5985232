import type { Described } from './variable.ts'

/** Name of one of these variables. */
export type OtlpVariable =
  | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
  | 'OTEL_EXPORTER_OTLP_PROTOCOL'
  | 'OTEL_EXPORTER_OTLP_TRACES_INSECURE'
  | 'OTEL_EXPORTER_OTLP_INSECURE'
  | 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'
  | 'OTEL_EXPORTER_OTLP_HEADERS'
  | 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'
  | 'OTEL_EXPORTER_OTLP_TIMEOUT'
  | 'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION'
  | 'OTEL_EXPORTER_OTLP_COMPRESSION'
  | 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE'
  | 'OTEL_EXPORTER_OTLP_CERTIFICATE'
  | 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE'
  | 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'
  | 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY'
  | 'OTEL_EXPORTER_OTLP_CLIENT_KEY'

/** Where spans go over OTLP, and how. */
export const OTLP_VARIABLES: Readonly<Record<OtlpVariable, Described>> = {
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    meaning: 'URL that spans are sent to, used as it is',
    defaultText: 'unset',
    group: 'target',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning: 'base URL of an OTLP receiver; over HTTP `/v1/traces` is appended',
    defaultText: 'unset',
    group: 'target',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: {
    meaning: 'protocol for traces',
    defaultText: '`OTEL_EXPORTER_OTLP_PROTOCOL`',
    group: 'target',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    meaning: 'protocol',
    defaultText: '`grpc`; `http/protobuf` for port 4318 or a URL with a path',
    group: 'target',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TRACES_INSECURE: {
    meaning: 'whether a gRPC endpoint without a scheme is used without TLS',
    defaultText: '`OTEL_EXPORTER_OTLP_INSECURE`',
    group: 'target',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_INSECURE: {
    meaning: 'the same for all signals',
    defaultText: '`true`, but `false` for port 443',
    group: 'target',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: {
    meaning: 'headers (gRPC: metadata) for traces, merged with the general ones, which they override',
    defaultText: 'none',
    group: 'transport',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    meaning: 'headers (gRPC: metadata); sent to the OTLP endpoint only',
    defaultText: 'none',
    group: 'transport',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: {
    meaning: 'time limit for one export, in milliseconds',
    defaultText: '`OTEL_EXPORTER_OTLP_TIMEOUT`',
    group: 'transport',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TIMEOUT: {
    meaning: 'the same for all signals',
    defaultText: '`10000`',
    group: 'transport',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: {
    meaning: 'compression for traces',
    defaultText: '`OTEL_EXPORTER_OTLP_COMPRESSION`',
    group: 'transport',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_COMPRESSION: {
    meaning: 'compression',
    defaultText: '`none`',
    group: 'transport',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: {
    meaning: "CA certificates to check the endpoint's certificate against",
    defaultText: '`OTEL_EXPORTER_OTLP_CERTIFICATE`',
    group: 'tls',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_CERTIFICATE: {
    meaning: 'the same for all signals',
    defaultText: "the system's",
    group: 'tls',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: {
    meaning: 'client certificate',
    defaultText: '`OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`',
    group: 'tls',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: {
    meaning: 'the same for all signals',
    defaultText: 'none',
    group: 'tls',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: {
    meaning: 'key of the client certificate',
    defaultText: '`OTEL_EXPORTER_OTLP_CLIENT_KEY`',
    group: 'tls',
    source: 'otel-exporter',
  },
  OTEL_EXPORTER_OTLP_CLIENT_KEY: {
    meaning: 'the same for all signals',
    defaultText: "the certificate's file",
    group: 'tls',
    source: 'otel-exporter',
  },
}
