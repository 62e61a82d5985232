import { init } from 'turnspan'
import { turnspanCalls } from '../turnspan-calls.mjs'

/**
 * turnspan with its own provider: one call of `init`, content on. For an MLflow server, which is what it is for; with
 * `plain`, for any other receiver of OTLP, which gets messages as JSON text.
 */
export function start({ endpoint, plain, gzip, spool, limits }) {
  const status = init({
    ...(plain ? { endpoint, protocol: 'http/protobuf' } : { trackingUri: endpoint, experimentId: '1' }),
    captureContent: true,
    serviceName: 'bench',
    ...(gzip && { compression: 'gzip' }),
    ...(spool && { spool: { dir: spool } }),
    ...(limits && { limits }),
  })
  if (!status.enabled || (spool && status.reason)) return { unavailable: status.reason }
  return turnspanCalls
}
