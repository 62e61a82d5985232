import type { TlsConfig } from './config.ts'
import type { Reader, SourceName } from './reader.ts'
import * as rules from './rules.ts'

/** Whose variables count for a target. */
export interface TlsScope {
  /** `OTEL_EXPORTER_OTLP_*`: an OTLP endpoint. */
  readonly otlp: boolean
  /** `MLFLOW_TRACKING_*`: the tracking server. */
  readonly mlflow: boolean
}

/** The TLS material for a target, from the options and from the variables of `scope`. */
export function resolveTls(reader: Reader, scope: TlsScope): TlsConfig {
  const own: SourceName[] = ['caFile']
  if (scope.otlp) own.push('OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CERTIFICATE')
  if (scope.mlflow) own.push('MLFLOW_TRACKING_SERVER_CERT_PATH')
  const ca = reader.find(rules.path, [...own, 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'])
  const named = ca !== undefined && own.includes(ca.name)
  const wanted = reader.find(
    rules.flag,
    scope.mlflow ? ['insecureTls', 'MLFLOW_TRACKING_INSECURE_TLS'] : ['insecureTls'],
  )
  const insecure = wanted?.value === true && !named
  if (wanted?.value === true && named) {
    reader.problem(
      wanted.name,
      `${wanted.name} and ${ca.name} contradict each other: server certificates are checked against the file. Remove one of the two.`,
    )
  }
  const elsewhere =
    !scope.mlflow && !insecure && reader.find(rules.flag, ['MLFLOW_TRACKING_INSECURE_TLS'])?.value === true
  return {
    ...(ca && { caFile: ca.value }),
    ...clientFiles(reader, scope),
    insecure,
    ...(elsewhere && { insecureElsewhere: true }),
  }
}

function clientFiles(reader: Reader, scope: TlsScope): Pick<TlsConfig, 'clientCertFile' | 'clientKeyFile'> {
  const certNames: SourceName[] = ['clientCertFile']
  const keyNames: SourceName[] = ['clientKeyFile']
  if (scope.otlp) {
    certNames.push('OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE')
    keyNames.push('OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY', 'OTEL_EXPORTER_OTLP_CLIENT_KEY')
  }
  if (scope.mlflow) certNames.push('MLFLOW_TRACKING_CLIENT_CERT_PATH')
  const cert = reader.find(rules.path, certNames)
  const key = reader.find(rules.path, keyNames)
  if (!cert) {
    if (key)
      reader.problem(
        key.name,
        `${key.name} names a key, but no client certificate is set; the key is ignored. Set clientCertFile too.`,
      )
    return {}
  }
  // MLflow's variable names one file that holds both.
  const combined = cert.name === 'MLFLOW_TRACKING_CLIENT_CERT_PATH' || !key
  return { clientCertFile: cert.value, clientKeyFile: combined ? cert.value : key.value }
}
