import type { TlsConfig } from '../../config/config.ts'

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO/

/** What to add to a failure of TLS, where somebody may think that certificates are not checked. */
export const tlsAdvice = ({ insecureElsewhere }: TlsConfig, code: string | undefined): string =>
  insecureElsewhere && CERTIFICATE.test(code ?? '')
    ? ' MLFLOW_TRACKING_INSECURE_TLS applies to the tracking server only, which is a different server; the option insecureTls applies to both.'
    : ''
